/** Whether a text is a GUID with its hyphens, in either case: ids of tenants, subscriptions and devices at Microsoft. */
export const isGuid = (text: string): boolean => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)
