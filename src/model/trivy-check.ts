/**
 * The control id of one of Trivy's checks, one spelling over its versions and tools: DS002, DS-0002 and AVD-DS-0002 are the same check.
 * Any other id stays as it is. Checks: https://avd.aquasec.com/misconfig/
 */
export function trivyCheck(id: string): string {
  const parts = /^(?:AVD-)?([A-Z]{2,12})-?(\d{1,6})$/.exec(id)
  return `trivy:${parts ? `${parts[1]}-${parts[2]!.padStart(4, '0')}` : id}`
}
