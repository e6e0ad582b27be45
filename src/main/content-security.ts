/** Marks the place of the nonce in index.html. */
export const NONCE_PLACEHOLDER = '__CSP_NONCE__';

/**
 * The policy of every page. Only MUI's style elements carry the nonce, a fresh one per answer;
 * no script, no connection and no frame from anywhere but the app itself.
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "worker-src 'self'",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join('; ');
}

/**
 * Headers of every answer of the app's own scheme. None about who may open the page (Cross-Origin-Opener-Policy): nothing can,
 * and it can open nothing (window-guard.ts), while for that header Chromium throws away the process that it has started for
 * the window and starts another, a tenth of a start.
 */
export function securityHeaders(nonce: string): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy(nonce),
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
    'Cache-Control': 'no-store',
  };
}
