import { expect, it } from 'vitest'
import { isGuid } from './guid.ts'

it.each([
  ['0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0', true],
  ['0F1E2D3C-4B5A-6978-8796-A5B4C3D2E1F0', true],
  ['0f1e2d3c4b5a69788796a5b4c3d2e1f0', false],
  ['0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 ', false],
  ['', false],
])('%j: %j', (text, expected) => expect(isGuid(text)).toBe(expected))
