import { expect, open, test } from './quiet.ts'

test('an initiative is read from the list to the assets of a metric', async ({ page }) => {
  await open(page, '/initiatives')
  const table = page.getByRole('table', { name: 'Initiatives' })
  await expect(table.getByRole('link', { name: 'Cloud Security' })).toBeVisible()

  // What reports generate and what nothing feeds fold, and say so.
  await expect(table.getByRole('link', { name: 'OT Security', exact: true })).toBeHidden()
  await expect(page.getByText(/could be measured, need/)).toBeVisible()
  await page
    .getByText(/Your reports name .* framework/)
    .getByRole('link')
    .click()
  await expect(page).toHaveURL(/frameworks=shown/)

  // A favourite stays, in this browser, and can be asked for alone.
  const key = page.getByRole('region', { name: 'Key initiatives' })
  expect(await key.getByRole('listitem').count()).toBeGreaterThan(1)
  await table.getByRole('button', { name: 'Favourite: Cloud Security' }).click()
  await page.reload()
  await expect(table.getByRole('button', { name: 'Favourite: Cloud Security' })).toHaveAttribute('aria-pressed', 'true')
  // What is looked at first are the favourites, here and on the overview.
  await expect(key.getByRole('listitem')).toHaveCount(1)
  await expect(key.getByRole('listitem')).toContainText('Cloud Security')
  await open(page, '/initiatives?favourites=only')
  await expect(table.getByRole('row')).toHaveCount(2)

  await table.getByRole('link', { name: 'Cloud Security' }).click()
  await expect(page.getByRole('heading', { level: 1, name: /Cloud Security/ })).toBeVisible()
  await expect(page.getByText(/Target 90 %/)).toBeVisible()
  await expect(page.getByText(/Last updated/)).toBeVisible()
  await expect(page.getByRole('link', { name: /Data from Cloud Storage/ })).toHaveAttribute(
    'href',
    'https://attack.mitre.org/techniques/T1530/',
  )
  await page.getByRole('tab', { name: /Security metrics/ }).click()
  await expect(page.getByRole('table', { name: 'Metrics of Cloud Security' })).toBeVisible()
  await page.getByRole('tab', { name: /Security recommendations/ }).click()
  const recommendations = page.getByRole('table', { name: 'Recommendations of Cloud Security' })
  await expect(recommendations.getByRole('link').first()).toBeVisible()
  await page.getByRole('tab', { name: 'Overview' }).click()

  // From a metric to what is recommended, and to exactly the assets that it is for.
  await page.getByRole('link', { name: 'Storage that the public can read' }).click()
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('tab', { name: /Security recommendations/ }).click()
  const first = drawer.getByRole('link', { name: /^\d+ assets?$/ }).first()
  const assets = Number(/\d+/.exec((await first.textContent())!)![0])
  await first.click()
  await expect(drawer.getByText(new RegExp(`^${assets} assets?$`))).toBeVisible()
  await expect(page).toHaveURL(/recommendation=/)
})

test('an initiative that nothing feeds says what it needs', async ({ page }) => {
  await open(page, '/initiatives/ot-security')
  await expect(page.getByText('More data is required.')).toBeVisible()
  await expect(page.getByText(/Industrial devices/).first()).toBeVisible()
})
