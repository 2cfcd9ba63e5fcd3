import { z } from 'zod'

/** The shape of a change: every field may be left out and then stays as it is; defaults are those of what is made, not of what is changed. */
export function changed<T extends z.ZodObject>(whole: T): z.ZodType<Partial<z.output<T>>> {
  const shape = Object.fromEntries(
    Object.entries(whole.shape).map(([name, field]) => [
      name,
      (field instanceof z.ZodDefault ? (field.unwrap() as z.ZodType) : (field as z.ZodType)).optional(),
    ]),
  )
  return z.strictObject(shape) as unknown as z.ZodType<Partial<z.output<T>>>
}
