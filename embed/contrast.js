// Whether text can be read on a partner's colour: WCAG 2.2's relative luminance and contrast. Pure.

/** `[red, green, blue]` of a computed colour such as `rgb(10, 125, 79)`; undefined for another kind. */
export function channels(computed) {
  const found = /^rgba?\((\d+(?:\.\d+)?)[, ]+(\d+(?:\.\d+)?)[, ]+(\d+(?:\.\d+)?)/.exec(computed);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}

const linear = (channel) => {
  const part = channel / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
};

const luminance = ([red, green, blue]) => 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);

/** From 1, the same, to 21, black on white. */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const WHITE = [255, 255, 255];
const INK = [22, 24, 29];

/** What to write with on this colour: white where that can be read (4.5 or more), else the better of white and ink. */
export function readableOn(colour) {
  const white = contrast(colour, WHITE);
  return white >= 4.5 || white >= contrast(colour, INK) ? '#ffffff' : '#16181d';
}
