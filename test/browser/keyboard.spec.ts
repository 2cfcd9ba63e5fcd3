import { expect, open, test } from './quiet.ts'

test('the first key leads past the navigation', async ({ page }) => {
  await open(page, '/metrics')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the page' })).toBeFocused()
})

test('pages are reached by keyboard', async ({ page }) => {
  await open(page, '/')
  await page.getByRole('link', { name: 'Overview' }).focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Metrics', exact: true })).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: 'Metrics' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Metrics', exact: true })).toHaveAttribute('aria-current', 'page')
})

test('a table is walked, opened and left by keyboard', async ({ page }) => {
  await open(page, '/metrics')
  // a row's first link opens it
  const links = page.getByRole('table', { name: 'Metrics' }).locator('td:first-child a')
  await links.first().focus()
  await page.keyboard.press('ArrowDown')
  await expect(links.nth(1)).toBeFocused()
  await page.keyboard.press('ArrowUp')
  await expect(links.first()).toBeFocused()
  await page.keyboard.press('Enter')
  const drawer = page.getByRole('dialog')
  await expect(drawer).toBeVisible()
  await page.keyboard.press('Tab')
  await expect(drawer.locator(':focus')).toHaveCount(1)
  await page.keyboard.press('Escape')
  await expect(drawer).toBeHidden()
  await expect(links.first()).toBeFocused()
})

test('a column is sorted by its button, and says so', async ({ page }) => {
  await open(page, '/assets')
  const head = page.getByRole('columnheader', { name: 'Asset', exact: true })
  await head.getByRole('button').focus()
  await page.keyboard.press('Enter')
  await expect(head).toHaveAttribute('aria-sort', 'ascending')
  await expect(page).toHaveURL(/sort=name/)
  await page.keyboard.press('Enter')
  await expect(head).toHaveAttribute('aria-sort', 'descending')
})

test('a filter is chosen by keyboard and stays in the address', async ({ page }) => {
  await open(page, '/vulnerabilities')
  await page.getByRole('button', { name: 'Severity' }).first().focus()
  await page.keyboard.press('Enter')
  const box = page.getByRole('checkbox', { name: 'Critical' })
  await box.focus()
  await page.keyboard.press('Space')
  await expect(box).toBeChecked()
  await page.keyboard.press('Escape')
  await expect(page).toHaveURL(/severity=critical/)
  await page.reload()
  await expect(page.getByRole('button', { name: 'Severity: Critical' })).toBeVisible()
})
