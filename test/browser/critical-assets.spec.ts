import { AxeBuilder } from '@axe-core/playwright'
import { expect, open, test } from './quiet.ts'

// What these tests set, they take back: others look at the same demo organisation.
test.describe.configure({ mode: 'serial' })

test('an own classification is written with a preview, finds its assets, and is deleted', async ({ page }) => {
  await open(page, '/critical-assets')
  await page.getByRole('button', { name: 'New classification' }).click()
  const dialog = page.getByRole('dialog', { name: 'New classification' })
  await dialog.getByLabel('Name').first().fill('Machines in the field')
  await dialog.getByLabel('Value').fill('wks-01')
  const preview = dialog.getByRole('region', { name: 'Preview' })
  await expect(preview).toContainText('wks-010')
  const found = await preview.getByRole('listitem').count()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('button', { name: 'Machines in the field' }).click()
  const flyout = page.getByRole('dialog', { name: 'Machines in the field' })
  await expect(flyout.getByRole('tab', { name: /^Assets/ })).toContainText(String(found))
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await flyout.getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click()
  await expect(page.getByRole('button', { name: 'Machines in the field' })).toHaveCount(0)
})

test('the words of a source say what they count as; a change of it is shown before it is kept, and a word gets a translation', async ({
  page,
}) => {
  await open(page, '/critical-assets?tab=words')
  const words = page.getByRole('table', { name: 'What sources say' })
  await expect(words.getByRole('row', { name: /^defender: high/ })).toContainText('High')
  const found = await words
    .getByRole('row', { name: /^defender: normal/ })
    .getByRole('cell')
    .nth(1)
    .innerText()
  await words
    .getByRole('row', { name: /^defender: normal/ })
    .getByRole('button', { name: 'Translate' })
    .click()
  const dialog = page.getByRole('dialog', { name: 'New classification' })
  await expect(dialog.getByRole('region', { name: 'Preview' })).toContainText(`${found} assets`)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('link', { name: 'Defender device value: Low' }).click()
  const flyout = page.getByRole('dialog', { name: 'Defender device value: Low' })
  await flyout.getByLabel('Status').selectOption('off')
  const change = flyout.getByRole('region', { name: 'What this would change' })
  await expect(change).toContainText(/another level|Exposure score/)
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await change.getByRole('button', { name: 'Cancel' }).click()
  await expect(change).toBeHidden()
})

test('asset values show each level of the score before they are saved', async ({ page }) => {
  await open(page, '/critical-assets?tab=values')
  const very = page.getByRole('row', { name: /^Very high/ })
  const share = await very.getByRole('cell').nth(4).innerText()
  await page.getByLabel('Value of Very high').fill('20')
  await expect(very.getByRole('cell').nth(4)).not.toHaveText(share)
  await expect(page.getByText(/with these values .+ than now/)).toBeVisible()
})

test('assets are selected and set, with what it does to the score; the page of one says by whose word', async ({ page }) => {
  await open(page, '/assets?search=wks-02')
  await page.getByRole('checkbox', { name: /Select wks-020/ }).check()
  await page.getByRole('button', { name: 'Set level or group of 1' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Criticality').selectOption('very_high')
  await expect(dialog.getByText(/Exposure score .+, with this/)).toBeVisible()
  await dialog.getByLabel(/^Why/).fill('The director works with it')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect(dialog).toBeHidden()
  await page.getByRole('link', { name: /wks-020/ }).click()
  await page.getByRole('tab', { name: 'Level, group, value' }).click()
  await expect(page.getByText(/Set by hand on .+ by api: “The director works with it”/)).toBeVisible()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await page.getByRole('button', { name: 'Set level or group' }).click()
  await page.getByRole('dialog').getByLabel('Criticality').selectOption({ label: 'As sources and rules say' })
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
  await expect(page.getByText(/Set by hand/)).toHaveCount(0)
})

test('a group narrows every number of a page, and the link carries it', async ({ page }) => {
  await open(page, '/assets')
  const all = await page.getByText(/^[\d,]+ assets$/).innerText()
  await page.getByRole('button', { name: 'Asset groups' }).click()
  await page.getByRole('checkbox', { name: /Linux servers/ }).check()
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/group=Linux(\+|%20)servers/)
  await expect(page.getByText(/^[\d,]+ assets$/)).not.toHaveText(all)
  await page.getByRole('link', { name: 'Overview' }).click()
  await expect(page).toHaveURL(/group=Linux/)
})
