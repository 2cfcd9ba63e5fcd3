import { readFileSync } from 'node:fs'
import { expect, open, test } from './quiet.ts'

const sample = 'src/ingest/importers/trivy/samples/image-schema-2.json'

test('a report that is chosen is imported, and a second time changes nothing', async ({ page }) => {
  await open(page, '/sources')
  const files = page.getByLabel('Files to import')
  await files.setInputFiles(sample)
  const row = page.getByRole('region', { name: 'Import', exact: true }).getByRole('listitem').first()
  await expect(row.getByRole('status')).toHaveText(/^(Done|Already known, nothing changed)/)
  await expect(row.getByText(/findings?/)).toBeVisible()
  await files.setInputFiles(sample)
  const second = page.getByRole('region', { name: 'Import', exact: true }).getByRole('listitem').nth(1)
  await expect(second.getByRole('status')).toHaveText('Already known, nothing changed')
  await row.getByRole('link', { name: 'What was read' }).click()
  const drawer = page.getByRole('dialog')
  await expect(drawer.getByText('Format')).toBeVisible()
  await expect(drawer.getByRole('button', { name: 'Undo import' })).toBeVisible()
  await page.keyboard.press('Escape')
  // a report never goes into the demo
  await expect(page).not.toHaveURL(/org=demo/)
})

test('a file that is dropped and is no report is refused with what was expected', async ({ page }) => {
  await open(page, '/sources')
  const data = await page.evaluateHandle(`(() => {
    const transfer = new DataTransfer()
    transfer.items.add(new File(['only a note'], 'notes.txt', { type: 'text/plain' }))
    return transfer
  })()`)
  await page.getByText('Drop reports and feeds here').dispatchEvent('drop', { dataTransfer: data })
  const row = page.getByRole('region', { name: 'Import', exact: true }).getByRole('listitem').first()
  await expect(row.getByRole('status')).toHaveText('Refused')
  await expect(row.locator('p').first()).not.toBeEmpty()
})

test('a report without a time asks for it', async ({ page }) => {
  await open(page, '/sources')
  const report = JSON.parse(readFileSync(sample, 'utf8')) as Record<string, unknown>
  delete report['CreatedAt']
  report['ArtifactName'] = 'registry.example/untimed:1'
  await page
    .getByLabel('Files to import')
    .setInputFiles({ name: 'untimed.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(report)) })
  const row = page.getByRole('region', { name: 'Import', exact: true }).getByRole('listitem').first()
  const time = row.getByLabel(/When did the tool look/)
  await expect(time).toBeVisible()
  await time.fill(new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 16))
  await row.getByRole('button', { name: 'Import', exact: true }).click()
  await expect(row.getByRole('status')).toHaveText(/^(Done|Already known)/)
})
