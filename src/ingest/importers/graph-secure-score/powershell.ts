import { type Fields, isFields } from '../../readers/json-fields.ts'

/** `/Date(1767225600000)/`, as ConvertTo-Json of Windows PowerShell 5.1 writes a time: milliseconds since 1970. */
const DOTNET_DATE = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/

function valueOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(valueOf)
  if (isFields(value)) return namesOf(value)
  const time = typeof value === 'string' ? DOTNET_DATE.exec(value)?.[1] : undefined
  return time === undefined || Math.abs(+time) > 8.64e15 ? value : new Date(+time).toISOString()
}

function namesOf(item: Fields): Fields {
  const spelled = Object.create(null) as Fields
  for (const [name, value] of Object.entries(item)) {
    // What the PowerShell type has no property for stands here, in Graph's own spelling.
    if (name === 'AdditionalProperties') {
      if (isFields(value)) for (const [key, inner] of Object.entries(value)) spelled[key] ??= valueOf(inner)
    } else spelled[`${name[0]?.toLowerCase() ?? ''}${name.slice(1)}`] = valueOf(value)
  }
  return spelled
}

/**
 * An object of `Get-MgSecuritySecureScore | ConvertTo-Json -Depth 10` (names in PascalCase, `AdditionalProperties`) as Graph itself spells it; anything
 * else as it is. Format: https://learn.microsoft.com/powershell/module/microsoft.graph.security/get-mgsecuritysecurescore
 */
export function graphNames(value: unknown): unknown {
  return isFields(value) && (Object.hasOwn(value, 'AzureTenantId') || Object.hasOwn(value, 'ControlScores')) ? namesOf(value) : value
}
