import { useQueryClient } from '@tanstack/react-query'
import { addressOf, send } from '../../api.ts'
import { useMoment } from '../../address.ts'

/**
 * Sends a change of the secure score to `descriptions`, `settings` or `states`, and has every page ask anew; `gone` before that, to close what shows what is
 * there no more. Throws what the server says against it.
 */
export function useSend(): (what: 'descriptions' | 'settings' | 'states', body: object, gone?: () => void) => Promise<unknown> {
  const { org } = useMoment()
  const client = useQueryClient()
  return async (what, body, gone) => {
    const answer = await send('POST', addressOf(`/api/v1/secure-score/${what}`, {}, { org }), body)
    if (gone) {
      gone()
      await new Promise((drawn) => requestAnimationFrame(drawn))
    }
    await client.invalidateQueries()
    return answer
  }
}

/** What a name is kept under: small letters, digits and "-". */
export const idOf = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 100)
