import { expect, test as base } from '@playwright/test'
import type { Page } from '@playwright/test'

/** A test that also fails when the page logs an error, throws, does what its content security policy forbids, or asks any other machine for anything. */
export const test = base.extend<{ quiet: undefined }>({
  quiet: [
    async ({ page, baseURL }, use) => {
      const said: string[] = []
      page.on('console', (message) => {
        if (message.type() === 'error' || message.text().includes('Content Security Policy')) said.push(message.text())
      })
      page.on('request', (request) => {
        if (/^https?:/.test(request.url()) && new URL(request.url()).origin !== baseURL)
          said.push(`asked another machine: ${request.url()}`)
      })
      page.on('pageerror', (error) => said.push(String(error.stack ?? error)))
      await use(undefined)
      expect(said, 'errors and violations that the page logged').toEqual([])
    },
    { auto: true },
  ],
})

/** The demo organisation, which every installation of the tests starts with. */
const DEMO = 'org=demo'

/** Opens a page of the demo and waits until its first answers are there. */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(`${address}${address.includes('?') ? '&' : '?'}${DEMO}`)
  // by its element: an open drawer hides the page behind it from roles
  await expect(page.locator('h1')).toBeVisible()
  await page.waitForLoadState('networkidle')
}

export { expect }
