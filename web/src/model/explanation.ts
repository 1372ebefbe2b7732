/** Explanations of the server as elements: paragraphs, bold words and code are all that they have. */

/** An element with a text in which `**words**` are bold and fenced lines are code. */
export function explanation(markdown: string): HTMLElement {
  const root = document.createElement('div');
  root.className = 'kubus-explanation';
  for (const part of markdown.split(/\n\n(?=```)|(?<=```)\n\n/)) {
    const code = /^```\w*\n([\s\S]*?)\n?```$/.exec(part.trim());
    if (code !== null) {
      const pre = document.createElement('pre');
      pre.textContent = code[1] ?? '';
      root.append(pre);
      continue;
    }
    for (const paragraph of part.split(/\n{2,}/)) {
      const element = document.createElement('p');
      for (const [index, piece] of paragraph.split('**').entries()) {
        const node = index % 2 === 1 ? document.createElement('strong') : document.createElement('span');
        node.textContent = piece;
        element.append(node);
      }
      root.append(element);
    }
  }
  return root;
}
