// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "hex.h"
#include "json.h"
#include "record.h"

/* Little-endian, as all that runs this. */
static s64 load(const void *from, const struct record_field *f)
{
	s64 value = 0;

	memcpy(&value, from, f->size);
	if (f->min < 0 && f->size == sizeof(int))
		return (int)value;
	return value;
}

static void put(struct json_object *o, const struct record_field *f, const void *from)
{
	char *text;
	u64 value;

	switch (f->type) {
	case RECORD_NUMBER:
		json_put_int(o, f->key, load(from, f));
		return;
	case RECORD_COUNTER:
		memcpy(&value, from, sizeof(value));
		json_put_uint(o, f->key, value);
		return;
	case RECORD_TEXT:
		json_put_text(o, f->key, from);
		return;
	case RECORD_HEX:
		text = malloc(HEX_SIZE(f->size));
		if (!text)
			return;
		hex_write(text, from, f->size);
		json_put_text(o, f->key, text);
		free(text);
		return;
	}
}

void record_put(struct json_object *o, const struct record_field *fields, size_t n,
		const void *from)
{
	size_t i;

	for (i = 0; i < n; i++)
		put(o, &fields[i], (const char *)from + fields[i].offset);
}

static bool get_number(struct json_object *value, const struct record_field *f, void *to)
{
	bool is_bool = json_object_is_type(value, json_type_boolean);
	s64 number = is_bool ? json_object_get_boolean(value) : json_object_get_int64(value);

	if (!is_bool && !json_object_is_type(value, json_type_int))
		return false;
	if (number < f->min || number > f->max)
		return false;
	/* json-c gives the greatest s64 for what is beyond. */
	if (!is_bool && number == INT64_MAX && json_object_get_uint64(value) > (u64)INT64_MAX)
		return false;
	memcpy(to, &number, f->size);
	return true;
}

static bool get_counter(struct json_object *value, void *to)
{
	u64 number;

	if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0)
		return false;
	number = json_object_get_uint64(value);
	memcpy(to, &number, sizeof(number));
	return true;
}

static bool get_text(struct json_object *value, const struct record_field *f, void *to)
{
	size_t len = json_object_get_string_len(value);
	const char *text = json_object_get_string(value);

	if (!json_object_is_type(value, json_type_string) || strlen(text) != len)
		return false;
	if (f->type == RECORD_HEX)
		return hex_read(text, to, f->size);
	if (len >= f->size)
		return false;
	memcpy(to, text, len + 1);
	return true;
}

static bool get(struct json_object *value, const struct record_field *f, void *to)
{
	switch (f->type) {
	case RECORD_NUMBER:
		return get_number(value, f, to);
	case RECORD_COUNTER:
		return get_counter(value, to);
	default:
		return get_text(value, f, to);
	}
}

/**
 * record_get - read a structure
 * @o: the object
 * @fields: the members
 * @n: how many
 * @to: where to put it; a member that is not there is left as it is
 * @why: what is wrong with it
 *
 * Return: 0 or -1; then some members have been read.
 */
int record_get(struct json_object *o, const struct record_field *fields, size_t n,
	       void *to, struct problem *why)
{
	struct json_object *value;
	size_t i;

	if (!json_object_is_type(o, json_type_object))
		return problem_set(why, "it is no object");
	for (i = 0; i < n; i++) {
		if (!json_object_object_get_ex(o, fields[i].key, &value))
			continue;
		if (!get(value, &fields[i], (char *)to + fields[i].offset))
			return problem_set(why, "%s: cannot be %.64s", fields[i].key,
					   value ? json_object_to_json_string(value) : "null");
	}
	return 0;
}

void record_image_add(struct record_image *image, const void *from, size_t size)
{
	if (image->size + size <= sizeof(image->bytes))
		memcpy(image->bytes + image->size, from, size);
	image->size += size;
}

/* Those that record_put() writes. */
void record_image_members(struct record_image *image, const struct record_field *fields,
			  size_t n, const void *from)
{
	size_t i;

	for (i = 0; i < n; i++)
		record_image_add(image, (const char *)from + fields[i].offset, fields[i].size);
}

/* Are they the same for certain? */
bool record_image_same(const struct record_image *a, const struct record_image *b)
{
	return a->size == b->size && a->size <= sizeof(a->bytes) &&
	       !memcmp(a->bytes, b->bytes, a->size);
}
