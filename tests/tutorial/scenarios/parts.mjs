// What several scenarios do.

/** Waits until no tile waits any more, and every chart is drawn. */
export async function answered(page) {
  await page.waitForFunction(
    () => document.querySelector('.tile') && !document.querySelector('[aria-busy=true], .waiting, .chart:not(:has(path))'),
    null,
    { timeout: 60_000 },
  );
}

/** A field of the filters. */
export const filter = (page, name) => page.getByRole('form', { name: 'Filters' }).getByRole('combobox', { name });

export const tile = (page, id) => page.locator(`[data-tile="${id}"]`);

/** Waits until a number is there. The server of development brings the page in some hundred pieces: it may take a while. */
export const figure = (page, id, wanted) => page.waitForFunction(
  ([name, text]) => document.querySelector(`[data-tile="${name}"] .figure`)?.innerText === text, [id, wanted], { timeout: 60_000 },
);

/** What every tile shows, by its id. */
export const shown = (page) => page.locator('.tile').evaluateAll((tiles) => Object.fromEntries(tiles.map(
  (one) => [one.dataset.tile, one.querySelector('.answer')?.innerHTML ?? ''],
)));

/** Signs in at the provider for development. */
export async function signIn(page, person) {
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator(`button[value=${person}]`).click();
  await page.waitForSelector('.who strong');
}
