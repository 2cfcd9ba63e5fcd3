import { readFileSync } from 'node:fs'
import { AxeBuilder } from '@axe-core/playwright'
import type { APIRequestContext, Page } from '@playwright/test'
import Papa from 'papaparse'
import { expect, open, test } from './quiet.ts'

interface Action {
  action_id: string
  title: string
  status: string
  locked: string | null
  points: number | null
  max_points: number | null
  product: string | null
}

const ask = async <T>(request: APIRequestContext, path: string): Promise<T> =>
  (await (await request.get(`/api/v1/secure-score${path}${path.includes('?') ? '&' : '?'}org=demo`)).json()) as T

const score = async (request: APIRequestContext) =>
  (await ask<{ score: { value: number; points: number; max_points: number } }>(request, '')).score

// one after the other: they change the score that they read
test.describe.configure({ mode: 'default' })

/** An action that a person can set and that has points to gain, with a title that no other one has. */
const settable = async (request: APIRequestContext, place: number): Promise<Action> => {
  const { items } = await ask<{ items: Action[] }>(request, '/actions?limit=200&filter={"status":"to_address","scored":"yes"}')
  const alone = (title: string) => items.filter((each) => each.title === title).length === 1
  return items.filter(({ title, locked, points, max_points }) => locked === null && max_points! > points! && alone(title))[place]!
}

const violations = async (page: Page) => {
  // the drawer slides in, and colours on their way are measured wrongly
  await page.waitForTimeout(400)
  const found = await new AxeBuilder({ page }).analyze()
  return found.violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target.join(' '))])
}

for (const theme of ['light', 'dark'] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme })
    for (const address of ['/secure-score/history?compare=yes', '/secure-score/trends', '/secure-score/actions?group_by=category'])
      test(`${address} has no axe violation`, async ({ page }) => {
        await open(page, address)
        expect(await violations(page)).toEqual([])
      })
  })
}

test('the score on the page, the list as it is exported and the API have the same totals', async ({ page, request }) => {
  const { value, points, max_points } = await score(request)
  await open(page, '/secure-score')
  await expect(page.getByRole('img', { name: `Secure score: ${value.toFixed(1)} %, higher is better` })).toBeVisible()
  await page.getByRole('link', { name: 'Recommended actions', exact: true }).click()
  await page.getByRole('button', { name: 'Export' }).click()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'All rows as CSV' }).click()])
  const [head, ...rows] = Papa.parse<string[]>(
    readFileSync(await file.path(), 'utf8')
      .replace(/^\uFEFF/, '')
      .trimEnd(),
  ).data
  const sum = (column: string) => rows.reduce((total, row) => total + Math.round(1000 * Number(row[head!.indexOf(column)])), 0) / 1000
  expect([sum('points'), sum('max_points')]).toEqual([points, max_points])
})

test('a state that is set on an action moves the score at once and is in its history, with who and why', async ({ page, request }) => {
  const action = await settable(request, 0)
  const before = await score(request)
  await open(page, `/secure-score/actions?open=${encodeURIComponent(action.action_id)}`)
  const drawer = page.getByRole('dialog', { name: action.title })
  await drawer.getByRole('button', { name: 'Edit status & action plan' }).click()
  const form = page.getByRole('dialog', { name: 'Edit status & action plan' })
  await form.getByText('Resolved through third party').click()
  await form.getByLabel('Your name').fill('A tester')
  await form.getByLabel('Reason').fill('Another product does it')
  await form.getByRole('button', { name: 'Save' }).click()
  await expect(form).toBeHidden()
  await expect(drawer.getByText('Resolved through third party').first()).toBeVisible()
  const after = await score(request)
  expect(after.points - before.points).toBeCloseTo(action.max_points! - action.points!, 6)
  await drawer.getByRole('tab', { name: /History/ }).click()
  await expect(drawer.getByText('Set to Resolved through third party').first()).toBeVisible()
  await expect(drawer.getByText('Another product does it').first()).toBeVisible()
  expect(await violations(page)).toEqual([])
  await open(page, `/secure-score/history?action=${encodeURIComponent(action.action_id)}`)
  await expect(page.getByRole('row', { name: /Set to Resolved through third party/ }).first()).toContainText('A tester')
  await request.post('/api/v1/secure-score/states?org=demo', { data: { actions: [{ action_id: action.action_id, state: 'to_address' }] } })
  expect(await score(request)).toEqual(before)
})

test('points and licence of an action are edited on screen and taken back', async ({ page, request }) => {
  const action = await settable(request, 2)
  await open(page, `/secure-score/actions?open=${encodeURIComponent(action.action_id)}`)
  const drawer = page.getByRole('dialog', { name: action.title })
  const edit = async (most: string, owned: string) => {
    await drawer.getByRole('button', { name: 'Edit points & details' }).click()
    const form = page.getByRole('dialog', { name: 'Edit points & details' })
    await form.getByLabel('Most points').fill(most)
    await form.getByLabel('Have licence').selectOption(owned)
    await form.getByRole('button', { name: 'Save' }).click()
    await expect(form).toBeHidden()
  }
  await edit(String(action.max_points! + 7), 'No')
  await expect(drawer.getByText(new RegExp(`of ${action.max_points! + 7}$`)).first()).toBeVisible()
  const { max_points, licensed } = await ask<Action & { licensed: boolean }>(request, `/actions/${encodeURIComponent(action.action_id)}`)
  expect([max_points, licensed]).toEqual([action.max_points! + 7, false])
  await edit('', 'Nobody said')
  expect((await ask<Action>(request, `/actions/${encodeURIComponent(action.action_id)}`)).max_points).toBe(action.max_points)
})

test('checks are brought together as one action and taken apart; states are kept as a template', async ({ page, request }) => {
  const [one, other] = [await settable(request, 4), await settable(request, 5)]
  await open(page, '/secure-score/actions?status=to_address')
  for (const { title } of [one, other])
    await page
      .getByRole('checkbox', { name: `Choose ${title}`, exact: true })
      .first()
      .check()
  await page.getByRole('button', { name: 'Keep as a template' }).click()
  const keep = page.getByRole('dialog', { name: 'Keep as a template' })
  await keep.getByLabel('Name').fill('Two of them')
  await keep.getByRole('button', { name: 'Keep' }).click()
  await expect(keep).toBeHidden()
  await page.getByRole('button', { name: 'Templates' }).click()
  const templates = page.getByRole('dialog', { name: 'Templates' })
  await expect(templates.getByText('Two of them')).toBeVisible()
  await templates.getByRole('button', { name: 'Remove' }).click()
  await expect(templates.getByText('No template yet')).toBeVisible()
  await templates.getByRole('button', { name: 'Cancel' }).click()
  for (const { title } of [one, other])
    await page
      .getByRole('checkbox', { name: `Choose ${title}`, exact: true })
      .first()
      .check()
  await page.getByRole('button', { name: 'Bring together' }).click()
  const form = page.getByRole('dialog', { name: 'Bring together as one action' })
  await form.getByLabel('Title').fill('Both at once')
  await form.getByLabel('Most points').fill('12')
  await form.getByRole('button', { name: 'Bring together' }).click()
  await expect(form).toBeHidden()
  const whole = await ask<Action & { checks: { control_id: string }[] }>(request, '/actions/both-at-once')
  expect([whole.max_points, whole.checks.map(({ control_id }) => control_id).toSorted()]).toEqual([
    12,
    [one.action_id, other.action_id].toSorted(),
  ])
  await open(page, '/secure-score/actions?open=both-at-once')
  await page.getByRole('button', { name: 'Edit points & details' }).click()
  await page.getByRole('button', { name: 'Take apart again' }).click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  const { items } = await ask<{ items: Action[] }>(request, '/actions?limit=1000')
  expect(items.filter(({ action_id }) => [one.action_id, other.action_id, 'both-at-once'].includes(action_id))).toHaveLength(2)
})

test('two dates are compared, and their difference is the sum of what moved', async ({ page, request }) => {
  const [from, to] = [100, 10].map((days) => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10))
  const told = await ask<{
    from: { percent: number }
    to: { percent: number }
    changes: { change: number }
    actions: { effect: number }[]
  }>(request, `/compare?from=${from}&to=${to}`)
  expect(told.actions.reduce((sum, { effect }) => sum + effect, 0)).toBeCloseTo(told.to.percent - told.from.percent, 5)
  await open(page, `/secure-score/history?compare=yes&from=${from}&to=${to}`)
  const card = page.getByRole('region', { name: 'Compare two dates' })
  await expect(card).toContainText(`${told.from.percent.toFixed(1)}`)
  await expect(card).toContainText(`${told.to.percent.toFixed(1)}`)
  await expect(card.getByRole('row')).toHaveCount(told.actions.length + 1)
  await card.getByRole('link').first().click()
  await expect(page.getByRole('dialog')).toBeVisible()
})

test('the report is one click away', async ({ page }) => {
  await open(page, '/secure-score')
  await expect(page.getByRole('link', { name: 'Report (PDF)' })).toHaveAttribute('href', /\/api\/v1\/reports\/executive\.pdf\?.*org=demo/)
})
