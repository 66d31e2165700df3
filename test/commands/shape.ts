/** As much of JSON Schema as the schemas of outputs have. */
export interface JsonSchema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  prefixItems?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: JsonSchema | false;
}

/** A schema in lines: a field each, what a field holds below it; `?` may be absent, `[]` is a list. */
export function shapeOf(schema: JsonSchema, indent: string): string {
  const [suffix, inner] = unwrapped(schema);
  if (inner.anyOf && inner.anyOf.some((one) => one.properties))
    return inner.anyOf.map((one) => shapeOf(one, indent)).join(`\n${indent}or\n`);
  if (!inner.properties) return `${indent}${nameOf(inner)}${suffix}`;
  if (suffix !== '') return `${indent}${suffix}\n${shapeOf(inner, `${indent}  `)}`;
  const lines = Object.entries(inner.properties).map(([name, field]) => {
    const [list, held] = unwrapped(field);
    const head = `${indent}${name}${inner.required?.includes(name) ? '' : '?'}${list}`;
    const plain = !held.properties && !held.anyOf?.some((one) => one.properties);
    return plain ? `${head} ${nameOf(held)}` : `${head}\n${shapeOf(held, `${indent}  `)}`;
  });
  return lines.join('\n');
}

function unwrapped(schema: JsonSchema): [suffix: string, inner: JsonSchema] {
  if (schema.type === 'array' && schema.items && !schema.prefixItems) {
    const [suffix, inner] = unwrapped(schema.items);
    return [`${suffix}[]`, inner];
  }
  const values = schema.additionalProperties;
  if (!schema.properties && values) {
    const [suffix, inner] = unwrapped(values);
    return [`${suffix}{}`, inner];
  }
  return ['', schema];
}

function nameOf({ type, const: constant, enum: values, anyOf, prefixItems }: JsonSchema): string {
  if (constant !== undefined) return JSON.stringify(constant);
  if (values) return values.join('|');
  if (anyOf) return anyOf.map(nameOf).join('|');
  if (prefixItems) return `[${prefixItems.map(nameOf).join(', ')}]`;
  return type === undefined ? 'anything' : [type].flat().join('|');
}
