/* SPDX-License-Identifier: GPL-2.0 */
/* JSON objects: members in and out. */
#ifndef HOSTCLOCKD_JSON_H
#define HOSTCLOCKD_JSON_H

#include <string.h>

#include <json-c/json.h>

#include <hostclock/platform.h>
#include <linux/hostclock-abi.h>

/*
 * One value and nothing behind it, in UTF-8, of which not everybody sends what is valid.
 * Return: the value; NULL if it is not that, or null.
 */
static inline struct json_object *json_read(const char *text, size_t size)
{
	struct json_tokener *tok = json_tokener_new();
	struct json_object *o;
	size_t end;

	if (!tok)
		return NULL;
	json_tokener_set_flags(tok, JSON_TOKENER_VALIDATE_UTF8);
	o = json_tokener_parse_ex(tok, text, size);
	end = json_tokener_get_parse_end(tok);
	end += json_tokener_get_error(tok) ? 0 : strspn(text + end, " \t\r\n");
	if (json_tokener_get_error(tok) || end != size) {
		json_object_put(o);
		o = NULL;
	}
	json_tokener_free(tok);
	return o;
}

static inline void json_put_int(struct json_object *o, const char *key, s64 value)
{
	json_object_object_add(o, key, json_object_new_int64(value));
}

static inline void json_put_uint(struct json_object *o, const char *key, u64 value)
{
	json_object_object_add(o, key, json_object_new_uint64(value));
}

/* null if it is not known. */
static inline void json_put_error(struct json_object *o, const char *key, u64 ns)
{
	json_object_object_add(o, key, ns == HOSTCLOCK_ERROR_UNKNOWN ? NULL :
			       json_object_new_uint64(ns));
}

static inline void json_put_bool(struct json_object *o, const char *key, bool value)
{
	json_object_object_add(o, key, json_object_new_boolean(value));
}

static inline void json_put_text(struct json_object *o, const char *key,
				 const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static inline bool json_has(struct json_object *o, const char *key)
{
	return json_object_object_get_ex(o, key, NULL);
}

/* 0 if there is none; texts are read as numbers. */
static inline s64 json_int(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ?
	       json_object_get_int64(value) : 0;
}

static inline u64 json_uint(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ?
	       json_object_get_uint64(value) : 0;
}

/* Not known if there is none. */
static inline u64 json_error(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) && value ?
	       json_object_get_uint64(value) : HOSTCLOCK_ERROR_UNKNOWN;
}

static inline const char *json_text(struct json_object *o, const char *key,
				    const char *otherwise)
{
	struct json_object *value;
	const char *text = NULL;

	if (json_object_object_get_ex(o, key, &value))
		text = json_object_get_string(value);
	return text ? text : otherwise;
}

/* An array's length, 0 if it is none. */
static inline size_t json_count(struct json_object *o, const char *key,
				struct json_object **array)
{
	if (!json_object_object_get_ex(o, key, array) ||
	    !json_object_is_type(*array, json_type_array))
		return 0;
	return json_object_array_length(*array);
}

#endif /* HOSTCLOCKD_JSON_H */
