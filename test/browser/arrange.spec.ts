import { expect, open, test } from './quiet.ts'

test('the overview is arranged, for this browser and for everyone', async ({ page, request }) => {
  const titles = () => page.getByRole('main').getByRole('heading', { level: 2 }).allTextContents()
  await open(page, '/')
  await expect(page.getByRole('heading', { name: 'Top metrics' })).toBeVisible()
  const before = await titles()
  await page.getByRole('button', { name: 'Arrange' }).click()
  await page.getByRole('button', { name: 'Hide Sources' }).click()
  await page.getByRole('button', { name: 'Move Key initiatives earlier', exact: true }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  const place = before.indexOf('Key initiatives')
  const moved = before.filter((title) => title !== 'Sources').toSpliced(place - 1, 2, 'Key initiatives', before[place - 1]!)
  expect(await titles()).toEqual(moved)
  await page.reload()
  await expect(page.getByRole('heading', { name: 'Top metrics' })).toBeVisible()
  expect(await titles()).toEqual(moved)

  await page.getByRole('button', { name: 'Arrange' }).click()
  await page.getByRole('button', { name: 'Show to everyone' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Show to everyone' }).click()
  await expect(page.getByText('You see the arrangement that everyone sees')).toBeVisible()
  const kept = (await (await request.get('/api/v1/arrangements/overview?org=demo')).json()) as { hidden: string[] }
  expect(kept.hidden).toEqual(['sources'])

  await page.getByRole('button', { name: 'Put all cards back for everyone' }).click()
  await expect(page.getByRole('button', { name: 'Hide Sources' })).toBeVisible()
  await page.getByRole('button', { name: 'Done' }).click()
  expect(await titles()).toEqual(before)
})
