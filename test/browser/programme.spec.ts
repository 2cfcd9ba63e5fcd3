import { tarOf } from '../../src/store/archive.ts'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator } from '@playwright/test'
import { expect, open, test } from './quiet.ts'

// What these tests set, they take back: others look at the same demo organisation.

/** The number at the beginning of a text such as "12 of 80 assets exposed now". */
const numberOf = async (place: Locator): Promise<number> => Number((await place.innerText()).replaceAll(',', '').match(/\d+/)![0])

test('an own metric is written in fields and YAML, previewed with two years of history, and saved', async ({ page }) => {
  await open(page, '/metrics/new')
  await page.getByRole('textbox', { name: /^Title/ }).fill('Devices with a likely exploit')
  await page.getByLabel('Why it matters').fill('What is likely to be used comes first.')
  const exposed = page.locator('p').filter({ hasText: /of [\d,]+ assets? exposed now/ })
  await expect(exposed).toBeVisible()
  await expect(page.getByRole('img', { name: /^Share exposed from/ })).toBeVisible()
  const severe = await numberOf(exposed)

  // A line more narrows it, at once and without saving.
  await page.getByRole('group', { name: 'Exposed when' }).getByRole('button', { name: 'Add a line' }).click()
  await page.getByLabel('Exposed when, field 2').selectOption({ label: 'EPSS' })
  await page.getByLabel('Exposed when, comparison 2').selectOption('at_least')
  await page.getByLabel('Exposed when, value 2').fill('0.1')
  await expect(page.getByText(/Exposed when: .*0\.1/)).toBeVisible()
  expect(await numberOf(exposed)).toBeLessThan(severe)
  await expect(page.getByRole('region', { name: 'Exposed assets' }).getByRole('listitem').first()).toBeVisible()

  // The same as text: a mistake is told at its line, and cannot be saved; without it, fields show the text again.
  await page.getByRole('button', { name: 'YAML' }).click()
  const text = page.getByRole('textbox', { name: 'YAML' })
  const right = await text.inputValue()
  await text.fill(right.replace('vulnerability.epss', 'vulnerability.colour'))
  const wrong = page.getByRole('list', { name: 'What is wrong' }).first()
  await expect(wrong).toContainText(/Line \d+: .*is not a known field/)
  await expect(page.getByRole('button', { name: 'Save metric' })).toBeDisabled()
  await text.fill(right.replace('>= 0.1', '>= 0.2'))
  await expect(page.getByText(/Exposed when: .*0\.2/)).toBeVisible()
  await page.getByRole('button', { name: 'Fields' }).click()
  await expect(page.getByLabel('Exposed when, value 2')).toHaveValue('0.2')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])

  const found = await numberOf(exposed)
  await page.getByRole('textbox', { name: /^Reason kept/ }).fill('Asked for on Monday')
  await page.getByRole('button', { name: 'Save metric' }).click()
  const drawer = page.getByRole('dialog', { name: 'Devices with a likely exploit' })
  await expect(drawer).toBeVisible()
  await drawer.getByRole('tab', { name: /^Affected assets/ }).click()
  await expect(drawer.getByRole('status').first()).toHaveText(`${found.toLocaleString('en-GB')} asset${found === 1 ? '' : 's'}`)

  // It is edited where it was written, in fields, and archived.
  await page.goto('/metrics/devices-with-a-likely-exploit/edit?org=demo')
  await expect(page.getByLabel('Exposed when, value 2')).toHaveValue('0.2')
  await expect(page.getByLabel(/^Id/)).toBeDisabled()
  await open(page, '/metrics?open=devices-with-a-likely-exploit&tab=settings')
  await page.getByRole('dialog').getByRole('button', { name: 'Archive' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Archive' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.waitForLoadState('networkidle')
  await open(page, '/programme?tab=archived')
  await expect(page.getByText('Devices with a likely exploit')).toBeVisible()
})

test('a content pack shows what would move and why before it is active, and ends', async ({ page }) => {
  const metric = (title: string, severity: string) =>
    `title: ${title}\nwhy: To be looked at before it counts.\npopulation: {asset.type: device}\nexposed_when: {vulnerability.severity: ${severity}}\nreason: "{subject}"\n`
  const pack = (version: number, severity: string) => ({
    name: 'trial.tar',
    mimeType: 'application/x-tar',
    buffer: tarOf(
      [
        { path: 'pack.yaml', text: `id: trial\nversion: ${version}\ntitle: A trial pack\nnotes: It asks for ${severity} ones.\n` },
        { path: 'metrics/trial-metric.yaml', text: metric('Trial metric', severity) },
        {
          path: 'initiatives/trial-initiative.yaml',
          text: 'title: Trial initiative\nwhy: To be looked at too.\nkind: workload\ntarget: 0.9\nmetrics: [{id: trial-metric, weight: high}]\n',
        },
      ],
      0,
    ),
  })
  const rowOf = (name: string) => page.getByRole('row', { name: new RegExp(name) })
  await open(page, '/programme')
  await page.getByLabel('Content pack', { exact: true }).setInputFiles(pack(1, 'critical'))
  await expect(rowOf('Trial initiative')).toContainText('Added')
  await expect(page.getByText('It asks for critical ones.')).toBeVisible()
  const foretold = await rowOf('Trial initiative').getByRole('cell').nth(3).innerText()
  await expect(page.getByText('No pack is active')).toBeVisible()
  await page.getByRole('textbox', { name: /^Reason kept/ }).fill('Reviewed')
  await page.getByRole('button', { name: 'Activate', exact: true }).click()
  await expect(page.getByText('No pack is active')).toBeHidden()
  await expect(page.getByRole('list', { name: 'History of packs' })).toContainText('Pack trial, version 1')

  // The next version: by how much, and why.
  await page.getByLabel('Content pack', { exact: true }).setInputFiles(pack(2, 'high'))
  await expect(rowOf('Trial initiative')).toContainText('metric trial-metric asks something else')
  await expect(rowOf('Trial metric')).toContainText('finds others exposed')
  await expect(rowOf('Trial initiative').getByRole('cell').nth(2)).toHaveText(foretold)
  expect(await rowOf('Trial initiative').getByRole('cell').nth(3).innerText()).not.toBe(foretold)
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await page.getByRole('button', { name: 'Leave it' }).click()

  await page.getByRole('button', { name: 'Deactivate' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Deactivate' }).click()
  await expect(page.getByText('No pack is active')).toBeVisible()
})

test('a threshold is set for a kind of scores, with a reason, and taken back', async ({ page }) => {
  await open(page, '/programme?tab=thresholds')
  const holds = page.getByRole('table')
  await expect(holds.getByRole('row', { name: /^All scores 2(\.0)? as it comes/ })).toBeVisible()
  await page.getByRole('combobox', { name: /^Of/ }).selectOption('initiative')
  await page.getByRole('spinbutton', { name: /^Points/ }).fill('0')
  await page.getByRole('button', { name: 'Set threshold' }).click()
  await expect(page.getByRole('alert')).toContainText('above 0')
  await page.getByRole('spinbutton', { name: /^Points/ }).fill('3.5')
  await page.getByRole('textbox', { name: /^Reason kept/ }).fill('Less is noise')
  await page.getByRole('button', { name: 'Set threshold' }).click()
  const row = holds.getByRole('row', { name: /^All initiatives 3.5/ })
  await expect(row).toContainText('Less is noise')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await row.getByRole('button', { name: 'Take back that of All initiatives' }).click()
  await expect(row).toBeHidden()
})

test('an own initiative is written, previewed, saved, edited and archived', async ({ page }) => {
  await open(page, '/initiatives/new')
  await page.getByRole('textbox', { name: /^Title/ }).fill('What we watch')
  await page.getByLabel('Why it matters').fill('Two questions of our own.')
  await page.getByLabel('Add a metric').selectOption('servers-with-critical-vulnerabilities')
  const score = page.locator('p').filter({ hasText: /now, higher is better/ })
  await expect(score).toContainText('%')
  const alone = await numberOf(score)
  await page.getByLabel('Add a metric').selectOption('assets-without-criticality')
  await page.getByLabel('Weight of assets-without-criticality').selectOption('high')
  await expect.poll(() => numberOf(score)).not.toBe(alone)
  await expect(page.getByRole('img', { name: /^Score from/ })).toBeVisible()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await page.getByRole('button', { name: 'Save initiative' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/What we watch/)

  await open(page, '/initiatives/what-we-watch/edit')
  await expect(page.getByLabel('Weight of assets-without-criticality')).toHaveValue('high')
  await page.getByRole('button', { name: 'Take out assets-without-criticality' }).click()
  await expect.poll(() => numberOf(score)).toBe(alone)
  await page.getByRole('button', { name: 'Save new version' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/What we watch/)
  await page.getByRole('button', { name: 'Archive' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Archive' }).click()
  // One is led away from what is there no more, before its page asks again.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Initiatives/)
  await page.waitForLoadState('networkidle')
  await open(page, '/programme?tab=archived')
  await expect(page.getByText('What we watch')).toBeVisible()
})

test('an initiative for a product is shown from a suggestion of the inventory; what is shown is shared as text', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await open(page, '/initiatives/product')
  await page
    .getByRole('region', { name: 'Suggestions' })
    .getByRole('button', { name: /^Google Chrome/ })
    .click()
  await expect(page.getByRole('row', { name: /Google Chrome: known exploited/ })).toContainText(/\d+ of \d+/)
  await expect(page.getByRole('button', { name: 'Save initiative' })).toBeEnabled()
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])

  await open(page, '/recommendations?open=metric:assets-without-criticality')
  const drawer = page.getByRole('dialog')
  await drawer.getByRole('button', { name: 'Share' }).click()
  await page.getByRole('menuitem', { name: 'Copy text for a chat' }).click()
  const heading = await drawer.getByRole('heading').first().innerText()
  await expect.poll(() => page.evaluate<string>('navigator.clipboard.readText()')).toContain(`${heading}\n`)
})
