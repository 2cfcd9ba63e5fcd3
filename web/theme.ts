import { useSyncExternalStore } from 'react'

/** What the person chose; `system` follows the operating system. Kept in this browser only. */
export type Theme = 'light' | 'dark' | 'system'

const KEY = 'plimsoll-theme'
const listeners = new Set<() => void>()
const system = matchMedia('(prefers-color-scheme: dark)')

function read(): Theme {
  try {
    const text = localStorage.getItem(KEY)
    return text === 'light' || text === 'dark' ? text : 'system'
  } catch {
    return 'system'
  }
}

let theme: Theme = read()

const isDark = (): boolean => theme === 'dark' || (theme === 'system' && system.matches)

function apply(): void {
  document.documentElement.dataset['theme'] = isDark() ? 'dark' : 'light'
  for (const listener of listeners) listener()
}

system.addEventListener('change', apply)

/** Changes the theme, at once and for the next visits. */
export function setTheme(next: Theme): void {
  theme = next
  try {
    if (next === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, next)
  } catch {
    // a browser that keeps nothing still shows the choice until the page is closed
  }
  apply()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** The chosen theme and whether the page is dark now. */
export function useTheme(): { theme: Theme; dark: boolean } {
  return { theme: useSyncExternalStore(subscribe, () => theme), dark: useSyncExternalStore(subscribe, isDark) }
}
