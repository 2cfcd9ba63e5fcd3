import { AxeBuilder } from '@axe-core/playwright'
import { expect, open, test } from './quiet.ts'

const pages = [
  '/',
  '/initiatives',
  '/metrics',
  '/recommendations',
  '/events',
  '/events?feed=posture',
  '/secure-score',
  '/kpis',
  '/assets',
  '/software',
  '/vulnerabilities',
  '/sources',
  '/notifications',
  '/settings',
]

/** Pages and drawers that are reached from a list: the list, and whether its first link opens in a drawer. */
const opened = [
  '/initiatives',
  '/metrics',
  '/recommendations',
  '/events',
  '/secure-score/actions',
  '/assets',
  '/software',
  '/vulnerabilities',
  '/sources',
]

for (const theme of ['light', 'dark'] as const) {
  test.describe(theme, () => {
    test.use({ colorScheme: theme })
    for (const address of pages) {
      test(`${address} has no axe violation`, async ({ page }) => {
        await open(page, address)
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target.join(' '))])).toEqual([])
      })
    }
    for (const address of opened) {
      test(`what ${address} opens has no axe violation`, async ({ page }) => {
        await open(page, address)
        await page.getByRole('table').last().getByRole('link').first().click()
        await page.waitForLoadState('networkidle')
        // by its element: an open drawer hides the page behind it from roles
        await expect(page.locator('h1')).toBeVisible()
        // the drawer slides in, and colours on their way are measured wrongly
        await page.waitForTimeout(400)
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.target.join(' '))])).toEqual([])
      })
    }
  })
}
