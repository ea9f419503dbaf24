/** The nonce of this page: styles that are made at run time bear it (the page's policy allows no other). */
export const NONCE = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";

/** Gives the nonce to every style element: parts of the component library (the lock of scrolling) ask for none. */
export function markStyles(): void {
  const make = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = make(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = NONCE;
    return element;
  }) as typeof document.createElement;
}
