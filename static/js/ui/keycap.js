// What stands on the key that commands are given with.
export const COMMAND = /^(Mac|iP)/.test(navigator.platform) ? '\u2318' : 'Ctrl';
