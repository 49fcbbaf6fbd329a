// KaTeX and MathLive lay formulas out with style attributes, which the content security policy refuses in markup. Styles set
// from script are allowed: so the attributes are renamed on the way into the page, and their values set once they are there.

const STYLE = / style=(["'])/g; // quotes in text are escaped (&quot;) by both libraries, so this matches attributes alone

export function unstyled(html) {
  return html.replace(STYLE, " data-style=$1");
}

export function applyStyles(root) {
  for (const element of root.querySelectorAll("[data-style]")) {
    element.style.cssText = element.dataset.style;
    element.removeAttribute("data-style");
  }
}
