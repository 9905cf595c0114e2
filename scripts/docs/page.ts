export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** A page that loads nothing else. Its search hides what does not have the words, in the list and in the page. */
export const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title>
<style>${style}</style></head>
<body>
${body}
<script>${script}</script>
</body>
</html>
`;

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; display: flex; align-items: flex-start; }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; box-sizing: border-box; padding: 1rem; min-width: 17rem; }
nav ul { list-style: none; padding: 0; }
nav label { display: block; margin: 1rem 0; }
nav input { width: 100%; font: inherit; box-sizing: border-box; }
main { padding: 1rem 2rem; max-width: 60rem; overflow-wrap: anywhere; }
section { border-top: 1px solid #8888; margin-top: 2rem; }
.field { margin: 1rem 0 1rem 1rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: .2rem 0; }
.facts, .users { font-size: .9rem; }
.deprecated { font-weight: bold; }
td, th { text-align: left; padding: .2rem 1rem .2rem 0; }
[hidden] { display: none !important; }
`;

const script = `
const find = document.getElementById('find');
if (find) find.addEventListener('input', () => {
  const wanted = find.value.trim().toLowerCase();
  for (const section of document.querySelectorAll('section')) {
    const own = section.dataset.find.includes(wanted);
    let some = own;
    for (const field of section.querySelectorAll('.field')) {
      field.hidden = !own && !field.dataset.find.includes(wanted);
      some ||= !field.hidden;
    }
    section.hidden = !some;
    document.getElementById('to ' + section.id).hidden = !some;
  }
});
`;
