// The two pages that people see of the provider for development.

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const STYLE = `
  :root { color-scheme: light dark; }
  * { box-sizing: border-box; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px;
    font: 16px/1.5 system-ui, sans-serif; background: light-dark(#f5f6f8, #101317); color: light-dark(#1a1f27, #e7eaee); }
  main { width: min(640px, 100%); padding: 32px; border-radius: 16px;
    background: light-dark(#fff, #181c22); border: 1px solid light-dark(#e3e6ea, #2a3038); }
  h1 { font-size: 24px; line-height: 32px; margin: 0 0 4px; }
  p { margin: 0 0 24px; color: light-dark(#566070, #a3adba); }
  .shops { display: grid; gap: 24px; grid-template-columns: repeat(auto-fit, minmax(220px, 1fr)); }
  fieldset { border: 0; margin: 0; padding: 0; display: grid; gap: 8px; }
  legend { padding: 0; margin-bottom: 8px; font-weight: 600; }
  button { font: inherit; text-align: left; padding: 12px 16px; border-radius: 10px; cursor: pointer; color: inherit;
    background: light-dark(#f5f6f8, #20262e); border: 1px solid light-dark(#d5dae0, #363e49); }
  button:hover { border-color: light-dark(#3550c8, #93a5ff); }
  button:focus-visible { outline: 3px solid light-dark(#3550c8, #93a5ff); outline-offset: 2px; }
  button span { display: block; font-size: 14px; line-height: 20px; color: light-dark(#566070, #a3adba); }
`;

function page(title, body) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><main><h1>${title}</h1>${body}</main></body></html>`;
}

function choice({ id, name, roles, countries }) {
  const what = countries ? `${roles.join(', ')}: ${countries.join(', ')}` : roles.join(', ');
  return `<button name="person" value="${id}">${escape(name)}<span>${escape(what)}</span></button>`;
}

export function signInPage(people, action) {
  const shops = [...new Set(people.map((person) => person.shop))].map((shop) => `
    <fieldset><legend>${escape(shop)}</legend>${people.filter((person) => person.shop === shop).map(choice).join('')}</fieldset>`);
  return page('Sign in', `<p>This provider is for development: say who you are.</p>
    <form method="post" action="${escape(action)}"><div class="shops">${shops.join('')}</div></form>`);
}

// The form is the provider's own, with its protection against other sites.
export function signOutPage(form) {
  return page('Sign out', `<p>Your session at the provider ends, and with it the dashboard's.</p>${form}
    <button autofocus type="submit" form="op.logoutForm" value="yes" name="logout">Sign out</button>`);
}
