import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ago, bytes, change, cvss, day, fine, gain, instant, moveDay, percent, probability, score, severity, tone, word } from './format.ts'

describe('format', () => {
  it('writes small gains with two significant digits', () => {
    expect(gain(3.4211)).toBe('3.4')
    expect(gain(0.0214)).toBe('0.021')
    expect(gain(0.00004)).toBe('0.000040')
    expect(gain(0)).toBe('none')
  })

  it('never writes a gain that is more than nothing as nothing', () => {
    expect(() =>
      fc.assert(fc.property(fc.double({ min: 1e-9, max: 100, noNaN: true }), (points) => Number(gain(points)) > 0)),
    ).not.toThrow()
  })

  it('keeps two significant digits within 5 per cent', () => {
    expect(() =>
      fc.assert(
        fc.property(fc.double({ min: 1e-9, max: 100, noNaN: true }), (value) => Math.abs(Number(fine(value)) - value) <= value * 0.0501),
      ),
    ).not.toThrow()
  })

  it('says a change in words, by the direction and not by the sign', () => {
    expect(change(3.1, 'lower_is_better')).toBe('3.1 worse')
    expect(change(-3.1, 'lower_is_better')).toBe('3.1 better')
    expect(change(3.1, 'higher_is_better')).toBe('3.1 better')
    expect(change(0, 'lower_is_better')).toBe('unchanged')
    expect(change(null, 'lower_is_better')).toBeNull()
  })

  it('tells better from worse for any change', () => {
    expect(() =>
      fc.assert(
        fc.property(fc.double({ min: -100, max: 100, noNaN: true }), (value) => {
          const [lower, higher] = [tone(value, 'lower_is_better'), tone(value, 'higher_is_better')]
          return lower === 'same' ? higher === 'same' : lower !== higher
        }),
      ),
    ).not.toThrow()
  })

  it('writes shares', () => {
    expect(percent(0)).toBe('0 %')
    expect(percent(1)).toBe('100 %')
    expect(percent(0.1234)).toBe('12.3 %')
    expect(percent(0.000123)).toBe('0.012 %')
    expect(percent(0.99999)).toBe('>99.9 %')
    expect(percent(null)).toBe('–')
  })

  it('does not say of an EPSS under the lowest step that it is nothing', () => {
    expect(probability(0)).toBe('below 0.1 %')
    expect(probability(0.001)).toBe('0.10 %')
    expect(probability(0.9)).toBe('90.0 %')
    expect(probability(null)).toBe('–')
  })

  it('does not take what is unknown for nothing', () => {
    expect(score(null)).toBe('–')
    expect(cvss(null)).toBe('–')
    expect(severity(null)).toBe('Unknown')
  })

  it('writes days and instants in UTC, whatever the zone of the browser', () => {
    expect(day('2026-03-01')).toBe('1 Mar 2026')
    expect(instant('2026-03-01T23:30:00Z')).toBe('1 Mar 2026, 23:30 UTC')
  })

  it('moves days over the ends of months and years', () => {
    expect(moveDay('2026-03-01', -1)).toBe('2026-02-28')
    expect(moveDay('2024-02-28', 1)).toBe('2024-02-29')
    expect(moveDay('2026-12-31', 1)).toBe('2027-01-01')
  })

  it('says how long ago something was', () => {
    expect(ago('2026-03-01T00:00:00Z', '2026-03-01T00:00:20Z')).toBe('just now')
    expect(ago('2026-03-01T00:00:00Z', '2026-03-01T01:00:00Z')).toBe('1 hour ago')
    expect(ago('2026-03-01T00:00:00Z', '2026-03-08T00:00:00Z')).toBe('7 days ago')
    expect(ago('2025-03-01T00:00:00Z', '2026-03-01T00:00:00Z')).toBe('12 months ago')
  })

  it('writes sizes and words', () => {
    expect(bytes(999)).toBe('999 B')
    expect(bytes(12_340)).toBe('12.3 kB')
    expect(word('known_exploited')).toBe('Known exploited')
    expect(word('intelligence.kev')).toBe('CISA KEV')
    expect(word('cloud_resource')).toBe('Cloud resource')
  })
})
