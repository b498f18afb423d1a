// How numbers and names are written on the page, and how a number that somebody types is read.

const north = /^\+1(\d{3})(\d{3})(\d{4})$/;

export function spaced(number) {
  return String(number ?? "").replace(north, "+1 $1 $2 $3");
}

export function and(names) {
  return names.join(" and ");
}

// Words for those who listen to the page instead of looking at it.
export function hidden(text) {
  const span = document.createElement("span");
  span.className = "hidden";
  span.textContent = text;
  return span;
}

export function initials(name) {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends.map((word) => word[0].toUpperCase()).join("") || "☎";
}

// "(514) 555-0100" -> "+15145550100". What is not a number stays as it is, for the exchange to judge.
export function dialable(typed) {
  const bare = typed.replace(/[\s().-]/g, "");
  if (/^[2-9]\d{9}$/.test(bare)) return `+1${bare}`;
  return /^1[2-9]\d{9}$/.test(bare) ? `+${bare}` : bare;
}
