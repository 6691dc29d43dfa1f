// Media are put in their places by hand: by dragging, and by steps with the keys.
// Who looks sees them go, and a reload shows the same.
import { play, shoot, waitLimit } from './browser.mjs';
import { fill, following, makeAlbum, makeLink, shows, signUp, tiles, token } from './people.mjs';

await play(async (open) => {
  const mei = await open();
  await signUp(mei, 'mei', 'Mei');
  const id = await makeAlbum(mei, 'In my order');
  const order = (await fill(id, 6, await token(mei))).reverse(); // the newest first
  await shows(mei, 6);
  const guest = await open();
  await guest.goto(await makeLink(mei));
  await shows(guest, 6);
  await following(guest);

  // The owner has it sorted by hand, which begins with the order as it was.
  await mei.locator('.album-actions').getByRole('button', { name: 'More' }).click();
  await mei.getByRole('menuitem', { name: 'Edit album' }).click();
  const edit = mei.getByRole('dialog', { name: 'Edit album' });
  await edit.getByLabel('Order').selectOption('HAND');
  await edit.getByText('Drag photos to their places.').waitFor();
  await shoot(mei, 'by-hand');
  await edit.getByRole('button', { name: 'Save' }).click();
  await edit.waitFor({ state: 'detached' });
  await stand(mei, order);

  // By mouse: the fifth before the second, then the first behind the third.
  await drag(mei, order[4], order[1], 'before');
  move(order, 4, 1);
  for (const page of [mei, guest]) await stand(page, order);
  await drag(mei, order[0], order[2], 'behind');
  move(order, 0, 2);
  for (const page of [mei, guest]) await stand(page, order);

  // Two that are selected go together, in their order.
  const [a, b] = [order[3], order[5]];
  await mei.locator('.album-actions').getByRole('button', { name: 'More' }).click();
  await mei.getByRole('menuitem', { name: 'Select' }).click();
  for (const id of [a, b]) await tile(mei, id).getByRole('checkbox').click();
  await drag(mei, b, order[0], 'before');
  const moved = [a, b, ...order.filter((id) => id !== a && id !== b)];
  for (const page of [mei, guest]) await stand(page, moved);

  // By keys, with nothing but them: to the tile, select it, to the arrow, press it twice.
  await tile(mei, b).getByRole('checkbox').focus();
  await mei.keyboard.press('Space');
  const later = mei.getByRole('button', { name: 'Move one place later' });
  await later.focus();
  for (const to of [1, 2]) {
    await mei.keyboard.press('Enter');
    moved.splice(to - 1, 1);
    moved.splice(to, 0, a);
    for (const page of [mei, guest]) await stand(page, moved);
  }
  await mei.getByText('3 of 6').waitFor({ state: 'attached' }); // spoken
  await shoot(mei, 'steps');
  await mei.getByRole('button', { name: 'Move one place earlier' }).press('Enter');
  moved.splice(2, 1);
  moved.splice(1, 0, a);
  await mei.keyboard.press('Escape');

  // When the guest is told of it, it is so on the server, too; and who only looks moves nothing.
  for (const page of [mei, guest]) await stand(page, moved);
  for (const page of [mei, guest]) {
    await page.reload();
    await shows(page, 6);
    await stand(page, moved);
  }
  await drag(guest, moved[4], moved[0], null);
  await stand(guest, moved);
});

function move(order, from, to) {
  order.splice(to, 0, ...order.splice(from, 1));
}

function tile(page, id) {
  return page.locator(`.tile[data-id="${id}"]`);
}

/** drag drags a tile over the left or right end of another, and holds that the page says where it will go. */
async function drag(page, what, to, side) {
  const [from, over] = [await tile(page, what).boundingBox(), await tile(page, to).boundingBox()];
  await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(over.x + over.width / 2, over.y + over.height / 2, { steps: 3 });
  await page.mouse.move(over.x + over.width * (side === 'behind' ? 0.8 : 0.2), over.y + over.height / 2, { steps: 3 });
  const marked = await page.locator('.tile[data-drop]').evaluateAll((all) => all.map((x) => `${x.dataset.id} ${x.dataset.drop}`).join());
  if (marked !== (side ? `${to} ${side}` : '')) throw new Error(`while ${what} is dragged to ${side} ${to}, the mark is at ${marked}`);
  await page.mouse.up();
  if (await page.locator('.tile[data-drop], .viewer').count()) throw new Error('a mark stays behind, or a medium opens');
}

/** stand waits until media stand in an order. */
async function stand(page, wanted) {
  const end = performance.now() + waitLimit;
  for (let now; (now = await tiles(page).evaluateAll((all) => all.map((x) => x.dataset.id).join())) !== wanted.join(); ) {
    if (performance.now() > end) throw new Error(`${page.url()}: media stand as ${now}, not as ${wanted}`);
    await page.waitForTimeout(30);
  }
}
