/**
 * Replaces the password in anything that looks like a URL, or is meant to be
 * one, with `***`: all between the first colon after the slashes and the last
 * `@`; where there is none, all behind that colon, unless a port is there. And
 * the value of a parameter `password`. Rather too much than too little.
 */
export function maskPassword(url: string): string {
  return maskUserInfo(url).replace(/([?&]\w*password=)[^&#]*/gi, "$1***");
}

function maskUserInfo(url: string): string {
  const [, scheme = "", rest = ""] = /^([^]*?\/\/)?([^]*)$/.exec(url)!;
  if (scheme === "" || /:[^]*@/.test(rest)) {
    return scheme + rest.replace(/^([^:]*):[^]*@/, "$1:***@");
  }
  // The address of IPv6 has colons of its own, in brackets.
  return scheme +
    rest.replace(
      /^(\[[^\]]*\]|[^:/?#[]*):(?!\d{1,5}(?![^/?#]))[^]+$/,
      "$1:***",
    );
}
