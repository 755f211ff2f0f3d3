// What a page includes: defines <tukar-rewards>. A second inclusion, in whatever version, changes nothing.
import { define } from './element.js';

define();

export * from './element.js';
