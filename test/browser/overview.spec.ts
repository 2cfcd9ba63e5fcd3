import { expect, open, test } from './quiet.ts'

test('the overview says the level first, then the number and the direction', async ({ page }) => {
  await open(page, '/')
  const gauge = page.getByRole('img', { name: /^Exposure score: (Low|Medium|High), \d+\.\d of 100, lower is better$/ })
  await expect(gauge).toBeVisible()
  const name = await gauge.getAttribute('aria-label')
  const [, level, value] = /: (\w+), ([\d.]+)/.exec(name!)!
  expect(level).toBe(Number(value) < 30 ? 'Low' : Number(value) < 70 ? 'Medium' : 'High')
  await expect(page.getByRole('img', { name: /^Secure score: \d+\.\d %, higher is better$/ })).toBeVisible()
})

test('changes stand in words and never as a bare sign', async ({ page }) => {
  await open(page, '/')
  const card = page.getByRole('region', { name: 'Exposure score', exact: true })
  await expect(card).toContainText(/(better|worse|unchanged|not comparable)/)
  await expect(card).not.toContainText(/[+−-]\d/)
})

test('the number on the page is the number of the API', async ({ page, request }) => {
  await open(page, '/')
  const answer = (await (await request.get('/api/v1/overview?org=demo')).json()) as { exposure: { value: number } }
  await expect(
    page.getByRole('img', { name: new RegExp(`^Exposure score: \\w+, ${answer.exposure.value.toFixed(1)} of 100`) }),
  ).toBeVisible()
})

test('the trend has a twin as a table, whose days lead to their events', async ({ page }) => {
  await open(page, '/')
  const card = page.getByRole('region', { name: 'Exposure score over time' }).first()
  await expect(card.getByRole('img', { name: /^Exposure score from / })).toBeVisible()
  await card.getByRole('button', { name: 'Show as table' }).click()
  await expect(card.getByRole('cell', { name: /^\d{1,2} \w+ \d{4}$/ }).first()).toBeVisible()
  const link = card.getByRole('table').getByRole('link').first()
  const target = await link.getAttribute('href')
  const day = /from=(\d{4}-\d{2}-\d{2})&to=\1/.exec(target!)
  expect(day, 'a link to one day of the feed').not.toBeNull()
  await link.click()
  await expect(page.getByRole('heading', { level: 1, name: 'Events' })).toBeVisible()
  await expect(page).toHaveURL(new RegExp(`from=${day![1]}`))
})

test('the range of the trend stays in the address', async ({ page }) => {
  await open(page, '/')
  await page.getByRole('button', { name: '90 days' }).click()
  await expect(page).toHaveURL(/from=\d{4}-\d{2}-\d{2}/)
  await page.reload()
  await expect(page.getByRole('button', { name: '90 days' })).toHaveAttribute('aria-pressed', 'true')
})

test('the demo is marked on every page', async ({ page }) => {
  for (const address of ['/', '/metrics', '/events', '/assets', '/sources', '/settings']) {
    await open(page, address)
    await expect(page.getByRole('banner').getByText('Demo', { exact: true }).last()).toBeVisible()
    await expect(page.getByRole('banner').getByRole('button', { name: 'Remove demo' })).toBeVisible()
  }
})

test('removing the demo asks first, and cancel leaves it', async ({ page }) => {
  await open(page, '/')
  await page.getByRole('button', { name: 'Remove demo' }).click()
  const question = page.getByRole('alertdialog', { name: 'Remove the demo?' })
  await expect(question).toBeVisible()
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(question).toBeHidden()
  await expect(page.getByRole('button', { name: 'Remove demo' })).toBeFocused()
})

test('a past day is shown on all pages until one goes back to today', async ({ page }) => {
  const day = new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 10)
  await page.goto(`/?org=demo&as_of=${day}`)
  await expect(page.getByText('Showing the end of')).toBeVisible()
  await page.getByRole('link', { name: 'Metrics', exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`as_of=${day}`))
  await page.getByRole('button', { name: 'Back to today' }).first().click()
  await expect(page).not.toHaveURL(/as_of/)
})

test('a past day as it was published then, and with what is known today', async ({ page, request }) => {
  test.setTimeout(180_000)
  const day = new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 10)
  await page.goto(`/?org=demo&as_of=${day}`)
  const choice = page.getByRole('group', { name: 'Which knowledge' })
  await expect(choice.getByRole('button', { name: 'What we know today' })).toHaveAttribute('aria-pressed', 'true')
  await choice.getByRole('button', { name: 'As published then' }).click()
  await expect(page).toHaveURL(new RegExp(`known_at=${day}&rules=then`))
  const answer = (await (await request.get(`/api/v1/knowledge?org=demo&as_of=${day}`)).json()) as { published: { exposure: number } }
  await expect(
    page.getByRole('img', { name: new RegExp(`^Exposure score: \\w+, ${answer.published.exposure.toFixed(1)} of 100`) }),
  ).toBeVisible() // the first question about a past knowledge works it out
  await page.getByRole('link', { name: 'Metrics', exact: true }).click()
  await expect(page).toHaveURL(new RegExp(`known_at=${day}`))
  await page.getByRole('button', { name: 'Back to today' }).first().click()
  await expect(page).not.toHaveURL(/known_at|rules/)
})
