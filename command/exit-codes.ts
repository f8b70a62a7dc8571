/** The exit code of a command if a setting or an argument is wrong. Nothing has started. */
export const WRONG_SETTING = 2;
