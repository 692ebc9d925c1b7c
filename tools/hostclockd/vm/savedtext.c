// SPDX-License-Identifier: GPL-2.0
/*
 * The state file has all guests, and is written when one of them changes: with a
 * thousand, making its text took ten times as long as writing it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/record.h"
#include "doorbell.h"
#include "saved.h"
#include "savedtext.h"
#include "stopped.h"

/**
 * struct saved_text - a guest's part of the state file
 * @image:	all that it was made of
 * @text:	it
 */
struct saved_text {
	struct record_image image;
	char text[];
};

static void take_image(const struct vm *vm, struct record_image *image)
{
	image->size = 0;
	saved_image(vm, image);
	stopped_image(vm, image);
	if (vm->doorbell)
		doorbell_image(vm, image);
}

static struct json_object *save(const struct vm *vm)
{
	struct json_object *o = saved_put(vm);

	stopped_save(vm, o);
	if (vm->doorbell)
		json_object_object_add(o, "doorbell", doorbell_save(vm));
	return o;
}

static struct saved_text *make(const struct vm *vm, const struct record_image *image)
{
	struct json_object *o = save(vm);
	const char *text = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY);
	size_t size = text ? strlen(text) + 1 : 0;
	struct saved_text *s = text ? malloc(sizeof(*s) + size) : NULL;

	if (s) {
		s->image = *image;
		memcpy(s->text, text, size);
	}
	json_object_put(o);
	return s;
}

/**
 * savedtext - a guest's part of the state file
 * @vm: the guest, which keeps it
 *
 * Return: a JSON object as text; NULL if there is no memory for it.
 */
const char *savedtext(struct vm *vm)
{
	struct record_image image;
	struct saved_text *s;

	take_image(vm, &image);
	if (vm->saved && record_image_same(&vm->saved->image, &image))
		return vm->saved->text;
	s = make(vm, &image);
	if (!s)
		return NULL;
	free(vm->saved);
	vm->saved = s;
	return s->text;
}
