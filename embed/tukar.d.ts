// Types of the entry that defines <tukar-rewards> when it is imported.
export * from './element.js';
