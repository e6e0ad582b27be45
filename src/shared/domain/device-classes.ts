/** What kinds of device there are. Apart from place.ts so that the window can use them without a schema library. */
export const DEVICE_CLASSES = ['desktop', 'mobile', 'tablet', 'bot', 'other'] as const;
