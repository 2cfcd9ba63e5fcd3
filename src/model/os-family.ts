import type { OsFamily } from './asset.ts'
import { remembered } from './remembered.ts'

/** In this order: "Cisco IOS" is not iOS, "Windows Server" not Windows. */
const patterns: [RegExp, OsFamily][] = [
  [
    /\b(cisco|junos|juniper|fortios|fortinet|pan-os|palo alto|arubaos|routeros|mikrotik|ios[ -]xe|nx-os|sonicos|gaia|big-?ip|edgeos)\b/,
    'network',
  ],
  [
    /windows[^,;|]{0,40}\bserver|windows 20(03|08|12|16|19|22|25)\b|windows(server| 2000 server| nt)|\bserver (2003|2008|2012|2016|2019|2022|2025)\b/,
    'windows_server',
  ],
  [/windows|\bwin(7|8|10|11)\b/, 'windows'],
  [/mac ?os|os x|\bdarwin\b/, 'macos'],
  [/android/, 'android'],
  [/\bios\b|ipados|iphone|\bipad\b/, 'ios'],
  [
    /linux|ubuntu|debian|centos|red ?hat|\brhel|fedora|suse|alpine|amazon ami|rocky|alma|\bkali\b|\bphoton\b|cos_containerd|container-optimized/,
    'linux',
  ],
  [/bsd|solaris|sunos|\baix\b|hp-?ux|esxi?\b|vmware|netware|z\/os|os\/400|unix/, 'other'],
]

/**
 * The family of an operating system from a tool's words for it ("Microsoft Windows Server 2016 Standard", "macOS 14.1", "Windows10").
 * Null when the words say nothing: a family is never guessed.
 */
export function parseOsFamily(text: string | null | undefined): OsFamily | null {
  return familyOf((text ?? '').slice(0, 500).toLowerCase())
}

const familyOf = remembered((words): OsFamily | null => patterns.find(([pattern]) => pattern.test(words))?.[1] ?? null)
