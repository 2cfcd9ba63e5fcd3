import { expect, open, test } from './quiet.ts'

/** The demo tells eighteen months; without a first day the server gives the last half year. */
const eighteenMonthsAgo = new Date(Date.now() - 548 * 86_400_000).toISOString().slice(0, 10)

const riskEvents = { name: 'Risk events' } as const

test('counters filter the feed by type', async ({ page }) => {
  await open(page, '/events')
  const counter = page.getByRole('group', { name: 'Types of events' }).getByRole('button', { name: /New vulnerability/ })
  const amount = /[\d,]+/.exec((await counter.textContent())!)![0]
  await counter.click()
  await expect(counter).toHaveAttribute('aria-pressed', 'true')
  await expect(page).toHaveURL(/type=new_vulnerability/)
  await expect(page.getByRole('status').filter({ hasText: /events?$/ })).toHaveText(`${amount} events`)
  const cells = page
    .getByRole('table', riskEvents)
    .getByRole('cell', { name: /^(New vulnerability|Known exploited|Vulnerability mitigated|New public exploit)$/ })
  expect(new Set(await cells.allTextContents())).toEqual(new Set(['New vulnerability']))
})

test('the feed is filtered by the share of impacted assets', async ({ page }) => {
  await open(page, `/events?from=${eighteenMonthsAgo}`)
  await page.getByRole('spinbutton', { name: /Impacted at least/ }).fill('5')
  await expect(page).toHaveURL(/min_share=5/)
  const shares = page.getByRole('table', riskEvents).getByRole('cell', { name: /\([\d.]+ %\)/ })
  const least = async () => Math.min(...(await shares.allTextContents()).map((text) => Number(/\(([\d.]+) %\)/.exec(text)![1])))
  await expect.poll(least).toBeGreaterThanOrEqual(5)
  await expect(shares.first()).toBeVisible()
})

test('pages of the chosen size follow each other, and stand in the link', async ({ page }) => {
  await open(page, `/events?from=${eighteenMonthsAgo}`)
  const pages = page.getByRole('navigation', { name: 'Pages of events' })
  const links = page.getByRole('table', riskEvents).getByRole('rowgroup').last().getByRole('link')
  await pages.getByRole('combobox').selectOption('30')
  await expect(page).toHaveURL(/size=30/)
  await expect(pages.getByText(/^Page 1 of /)).toBeVisible()
  const first = await links.first().textContent()
  await pages.getByRole('button', { name: 'Next' }).click()
  await expect(page).toHaveURL(/page=2/)
  await page.reload()
  await expect(pages.getByText(/^Page 2 of /)).toBeVisible()
  await expect(links.first()).toBeVisible()
  const there = (await links.first().getAttribute('href'))!
  const { items } = (await (
    await page.request.get(`/api/v1/events?org=demo&feed=risk&limit=31&sort=-day&from=${eighteenMonthsAgo}`)
  ).json()) as {
    items: { event_id: string; headline: string }[]
  }
  expect(first).toContain(items[0]!.headline)
  expect(new URL(there, page.url()).searchParams.get('open')).toBe(items[30]!.event_id)
})

test('the timeline of a software has a dot for each day with events, which opens them', async ({ page, request }) => {
  const { items } = (await (await request.get(`/api/v1/events?org=demo&feed=risk&limit=200`)).json()) as {
    items: { day: string; component: string | null }[]
  }
  const { component, day } = items.find((event) => event.component !== null)!
  await open(page, `/software/${encodeURIComponent(component!)}?tab=events`)
  const days = new Set(items.filter((event) => event.component === component).map((event) => event.day))
  const dots = page.getByRole('link', { name: /, \d+ events?$/ })
  await expect(dots.first()).toBeVisible()
  expect(await dots.count()).toBeGreaterThanOrEqual(days.size)
  await dots.last().click()
  await expect(page).toHaveURL(new RegExp(`from=${day}`))
})

test('a range of days leaves only its days, also after a reload', async ({ page }) => {
  await open(page, '/events')
  await page.getByRole('button', { name: 'Last 6 months' }).click()
  await page.getByRole('button', { name: 'Last 90 days' }).click()
  await expect(page).toHaveURL(/from=\d{4}-\d{2}-\d{2}/)
  await page.reload()
  await expect(page.getByRole('button', { name: 'Last 90 days' })).toBeVisible()
  await page.waitForLoadState('networkidle')
  const days = await page
    .getByRole('table', riskEvents)
    .getByRole('cell', { name: /^\d{1,2} \w+ \d{4}$/ })
    .allTextContents()
  expect(days.length).toBeGreaterThan(0)
  for (const day of days) expect(Date.now() - Date.parse(`${day} UTC`)).toBeLessThan(92 * 86_400_000)
})

test('an event tells its details, its vulnerabilities and the recommendation', async ({ page, request }) => {
  const { items } = (await (await request.get(`/api/v1/events?org=demo&feed=risk&limit=1000&from=${eighteenMonthsAgo}`)).json()) as {
    items: { event_id: string; direction: string }[]
  }
  let id = ''
  for (const item of items.filter((one) => one.direction === 'worse')) {
    const detail = (await (await request.get(`/api/v1/events/${encodeURIComponent(item.event_id)}?org=demo`)).json()) as {
      recommendation: object | null
      vulnerabilities: object[]
    }
    if (detail.recommendation && detail.vulnerabilities.length > 0) {
      id = item.event_id
      break
    }
  }
  expect(id, 'an event of the demo that has a recommendation').not.toBe('')
  await open(page, `/events?open=${encodeURIComponent(id)}`)
  const drawer = page.getByRole('dialog')
  await expect(drawer.getByText('Originally impacted')).toBeVisible()
  await expect(drawer.getByRole('region', { name: 'Related vulnerabilities' }).getByRole('link').first()).toBeVisible()
  await drawer.getByRole('link', { name: /^Related recommendation/ }).click()
  await expect(page.locator('h1')).toHaveText('Recommendations')
  await expect(page.getByRole('dialog').getByRole('region', { name: 'What it gives back' })).toContainText('better')
})

test('an event with many vulnerabilities shows a few and then all', async ({ page, request }) => {
  const { items } = (await (await request.get(`/api/v1/events?org=demo&feed=risk&limit=1000&from=${eighteenMonthsAgo}`)).json()) as {
    items: { event_id: string; subjects: string[] }[]
  }
  const event = items.find((one) => one.subjects.length > 6)
  test.skip(!event, 'no event of the demo has more than six vulnerabilities')
  await open(page, `/events?open=${encodeURIComponent(event!.event_id)}`)
  const part = page.getByRole('dialog').getByRole('region', { name: 'Related vulnerabilities' })
  await expect(part.getByRole('listitem')).toHaveCount(6)
  await part.getByRole('button', { name: /^Show \d+ more$/ }).click()
  await expect(part.getByRole('listitem')).toHaveCount(event!.subjects.length)
})

test('posture events are the other tab', async ({ page }) => {
  await open(page, '/events')
  await page.getByRole('link', { name: 'Posture events' }).click()
  await expect(page).toHaveURL(/feed=posture/)
  await expect(page.getByText(/^[^:]+: (score )?[\d.]+ points (worse|more exposed)$/).first()).toBeVisible()
})
