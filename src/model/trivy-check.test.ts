import { expect, it } from 'vitest'
import { trivyCheck } from './trivy-check.ts'

it.each([
  ['DS002', 'trivy:DS-0002'],
  ['DS-0002', 'trivy:DS-0002'],
  ['AVD-DS-0002', 'trivy:DS-0002'],
  ['AVD-KSV-0104', 'trivy:KSV-0104'],
  ['aws-secret-access-key', 'trivy:aws-secret-access-key'],
])('%s is %s', (id, control) => expect(trivyCheck(id)).toBe(control))
