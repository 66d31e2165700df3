export const CLIENT: string;
