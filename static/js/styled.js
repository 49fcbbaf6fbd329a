// KaTeX and MathLive lay formulas out with style attributes, which the content security policy refuses in markup. Styles set
// from script are allowed: so the attributes are renamed on the way into the page, and their values set once they are there.

const STYLE = /(<[a-z][^<>]*?\s)style=/gi; // in a tag; both libraries escape < and > in text

export function unstyled(html) {
  return html.replace(STYLE, "$1data-style=");
}

export function applyStyles(root) {
  for (const element of root.querySelectorAll("[data-style]")) {
    element.style.cssText = element.dataset.style;
    element.removeAttribute("data-style");
  }
}
