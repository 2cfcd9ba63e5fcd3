/**
 * A name as one part of a page's address. The dot is written as %2E, because the server takes an address that ends like a file name
 * for a file.
 */
export const segment = (name: string): string => encodeURIComponent(name).replaceAll('.', '%2E')
