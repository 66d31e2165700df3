import { z } from 'zod';

export const minutes = z.number().positive();
export const share = z.number().min(0).max(1);
export const count = z.number().int().positive();
