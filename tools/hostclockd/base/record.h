/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Structures as JSON objects, by a table of their members: the same one for writing and
 * for reading, which checks each.
 */
#ifndef HOSTCLOCKD_RECORD_H
#define HOSTCLOCKD_RECORD_H

#include <json-c/json.h>

#include <hostclock/platform.h>

#include "report.h"

enum record_type {
	RECORD_NUMBER,		/* of any size, within min and max */
	RECORD_COUNTER,		/* u64, of any value */
	RECORD_TEXT,		/* char [], ended by 0 */
	RECORD_HEX,		/* u8 [], as text */
};

/**
 * struct record_field - a member
 * @key:	what it is called
 * @type:	how it is written
 * @offset:	where it is
 * @size:	its bytes
 * @min:	least value of a number
 * @max:	and greatest
 */
struct record_field {
	const char *key;
	enum record_type type;
	size_t offset;
	size_t size;
	s64 min;
	s64 max;
};

/* @place_: ((struct NAME *)NULL)->MEMBER */
#define RECORD_FIELD(key_, kind_, place_, min_, max_) \
	{ key_, kind_, (size_t)&(place_), sizeof(place_), min_, max_ }

/* More than a guest's members have. */
#define RECORD_IMAGE_MAX	2048

/**
 * struct record_image - members' bytes, to tell whether any of them has changed
 * @size:	how many there are; beyond RECORD_IMAGE_MAX, they are not all there
 * @bytes:	the members, one behind the other
 */
struct record_image {
	size_t size;
	u8 bytes[RECORD_IMAGE_MAX];
};

void record_put(struct json_object *o, const struct record_field *fields, size_t n,
		const void *from);
int record_get(struct json_object *o, const struct record_field *fields, size_t n,
	       void *to, struct problem *why);
void record_image_add(struct record_image *image, const void *from, size_t size);
void record_image_members(struct record_image *image, const struct record_field *fields,
			  size_t n, const void *from);
bool record_image_same(const struct record_image *a, const struct record_image *b);

#endif /* HOSTCLOCKD_RECORD_H */
