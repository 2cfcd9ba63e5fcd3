import { expect, it } from 'vitest'
import { kebabName } from './kebab-name.ts'

it.each([
  ['LGTM.com', 'lgtm-com'],
  [' Amazon  Inspector (v2) ', 'amazon-inspector-v2'],
  ['…', ''],
])('%s is %s', (name, expected) => expect(kebabName(name)).toBe(expected))

it('cuts long names', () => expect(kebabName('ab-cd', 3)).toBe('ab-'))
