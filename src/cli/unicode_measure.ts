/**
 * The measure of all that Unicode has; see `TextMeasure`.
 *
 * @module
 */
export { default as widthOf } from "string-width";
export { default as cut } from "cli-truncate";
