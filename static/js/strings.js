// The page's words in the reader's language: templates put them there (templates/tutor/_strings.html).

const words = new Map(
  [...document.getElementById("strings").content.children].map((element) => [element.dataset.name, element.textContent]),
);

/** The text called `name`, with {key} replaced by values.key. */
export function say(name, values = {}) {
  if (!words.has(name)) throw new Error(`No text is called ${name}`);
  return words.get(name).replace(/\{(\w+)\}/g, (_, key) => values[key]);
}
