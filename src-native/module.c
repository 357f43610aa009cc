/*
 * The native engine as Node sees it (Node-API, version 8, so that one binary serves Node and Electron). src-main/native
 * says what each function takes and gives. A handle is an object with a tag: only what `compile` made is taken for one.
 */
#define NAPI_VERSION 8
#include <node_api.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"
#include "plan.h"

#define MOST_THREADS 256
#define MOST_NAME 64

static const napi_type_tag PLAN_TAG = {0x70726574657874ULL, 0x2d706c616e2d3031ULL};

/* What a handle holds. A run holds it too, so that it outlives a handle that nobody keeps. */
typedef struct {
  Plan *plan;
  bool running;
  atomic_int holders;
  napi_async_work work;
  napi_deferred promise;
} Held;

static void let_go(Held *held) {
  if (atomic_fetch_sub(&held->holders, 1) > 1) return;
  plan_free(held->plan);
  free(held);
}

static napi_value refuse(napi_env env, const char *code, const char *message) {
  napi_throw_error(env, code, message);
  return NULL;
}

static napi_value bad(napi_env env, const char *message) { return refuse(env, "ERR_INVALID_ARG_VALUE", message); }

/* Exactly `count` arguments, or false with an error thrown. */
static bool arguments(napi_env env, napi_callback_info info, size_t count, napi_value *values) {
  size_t given = count;
  if (napi_get_cb_info(env, info, &given, values, NULL, NULL) == napi_ok && given == count) return true;
  bad(env, "the native engine was called with other arguments than it takes");
  return false;
}

/* What a handle holds; NULL with an error thrown where `value` is none. */
static Held *held_by(napi_env env, napi_value value) {
  napi_valuetype type;
  bool tagged = false;
  void *held = NULL;
  if (napi_typeof(env, value, &type) == napi_ok && type == napi_object &&
      napi_check_object_type_tag(env, value, &PLAN_TAG, &tagged) == napi_ok && tagged &&
      napi_unwrap(env, value, &held) == napi_ok) {
    return held;
  }
  bad(env, "this is not a plan of the native engine");
  return NULL;
}

/* The same, of a plan that is neither released nor running. */
static Held *idle_plan(napi_env env, napi_value value) {
  Held *held = held_by(env, value);
  if (held == NULL) return NULL;
  if (held->plan == NULL) {
    bad(env, "this plan was released");
    return NULL;
  }
  if (held->running) {
    refuse(env, "ERR_INVALID_STATE", "this plan is running");
    return NULL;
  }
  return held;
}

/* A whole number from 0 to `most`. */
static bool whole(napi_env env, napi_value value, double most, uint64_t *number) {
  double given;
  if (napi_get_value_double(env, value, &given) != napi_ok) return false;
  if (!(given >= 0 && given <= most) || given != (double)(uint64_t)given) return false;
  *number = (uint64_t)given;
  return true;
}

static FindKernel *find_kernel(const char **name) {
  /* For tests: the smaller instruction set on a processor that has both. */
  const char *wish = getenv("PRETEXT_NATIVE");
  bool small = wish != NULL && strcmp(wish, "avx2") == 0;
  (void)small;
#ifdef HAVE_AVX512
  if (!small && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma")) {
    *name = "avx512";
    return find_kernel_avx512;
  }
#endif
#ifdef HAVE_AVX2
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    *name = "avx2";
    return find_kernel_avx2;
  }
#endif
#ifdef HAVE_NEON
  *name = "neon";
  return find_kernel_neon;
#endif
  *name = NULL;
  return NULL;
}

static napi_value instruction_set(napi_env env, napi_callback_info info) {
  (void)info;
  const char *name;
  napi_value result = NULL;
  if (find_kernel(&name) == NULL) napi_get_null(env, &result);
  else napi_create_string_utf8(env, name, NAPI_AUTO_LENGTH, &result);
  return result;
}

/* The kernels of a list of names, to be freed; NULL with an error thrown. */
static const KernelType **kernels_named(napi_env env, napi_value names, uint32_t *count) {
  const char *set;
  FindKernel *find = find_kernel(&set);
  if (find == NULL) return (void *)refuse(env, "ERR_UNSUPPORTED", "no kernels were built for this processor");
  if (napi_get_array_length(env, names, count) != napi_ok) return (void *)bad(env, "kernels: not a list");
  const KernelType **kernels = calloc((size_t)*count + 1, sizeof *kernels);
  if (kernels == NULL) return (void *)refuse(env, "ENOMEM", "failed to allocate a list of kernels");
  for (uint32_t i = 0; i < *count; i++) {
    napi_value text;
    char name[MOST_NAME] = "";
    size_t length;
    bool read = napi_get_element(env, names, i, &text) == napi_ok &&
                napi_get_value_string_utf8(env, text, name, sizeof name, &length) == napi_ok;
    kernels[i] = read ? find(name) : NULL;
    if (kernels[i] != NULL) continue;
    char message[MOST_NAME + 64];
    snprintf(message, sizeof message, "the native engine has no kernel '%s'", name);
    free(kernels);
    return (void *)bad(env, message);
  }
  return kernels;
}

static void finalize(napi_env env, void *data, void *hint) {
  (void)env, (void)hint;
  let_go(data);
}

/* The handle of a plan, which it owns from now on. */
static napi_value handle_of(napi_env env, Plan *plan) {
  Held *held = calloc(1, sizeof *held);
  if (held == NULL) {
    plan_free(plan);
    return refuse(env, "ENOMEM", "failed to allocate a handle");
  }
  held->plan = plan;
  held->holders = 1;
  napi_value handle;
  if (napi_create_object(env, &handle) == napi_ok && napi_wrap(env, handle, held, finalize, NULL, NULL) == napi_ok) {
    if (napi_type_tag_object(env, handle, &PLAN_TAG) == napi_ok) return handle;
    return refuse(env, "ERR_INTERNAL", "no handle could be made");
  }
  let_go(held);
  return refuse(env, "ERR_INTERNAL", "no handle could be made");
}

/* compile(kernels: string[], code: Int32Array, arenaLength: number, threads: number): handle */
static napi_value compile(napi_env env, napi_callback_info info) {
  napi_value given[4];
  if (!arguments(env, info, 4, given)) return NULL;
  napi_typedarray_type type;
  void *code;
  size_t words;
  bool is_array = false;
  napi_is_typedarray(env, given[1], &is_array);
  if (!is_array || napi_get_typedarray_info(env, given[1], &type, &words, &code, NULL, NULL) != napi_ok ||
      type != napi_int32_array) {
    return bad(env, "code: not an Int32Array");
  }
  uint64_t length, threads;
  /* The largest offset means that there is no value. */
  if (!whole(env, given[2], (double)UINT32_MAX - 1, &length)) return bad(env, "arenaLength: not a length");
  if (!whole(env, given[3], MOST_THREADS, &threads) || threads == 0) return bad(env, "threads: not from 1 to 256");
  uint32_t count;
  const KernelType **kernels = kernels_named(env, given[0], &count);
  if (kernels == NULL) return NULL;
  PlanError error;
  Plan *plan = plan_new(kernels, (int)count, code, words, length, (int)threads, &error);
  free(kernels);
  if (plan == NULL) return refuse(env, error.memory ? "ENOMEM" : "ERR_INVALID_ARG_VALUE", error.message);
  return handle_of(env, plan);
}

/* Copies between the arena and a typed array of elements of 4 bytes. */
static napi_value copy(napi_env env, napi_callback_info info, bool into_arena) {
  napi_value given[3];
  if (!arguments(env, info, 3, given)) return NULL;
  Held *held = idle_plan(env, given[0]);
  if (held == NULL) return NULL;
  napi_typedarray_type type;
  void *data;
  size_t length;
  bool is_array = false;
  napi_is_typedarray(env, given[2], &is_array);
  if (!is_array || napi_get_typedarray_info(env, given[2], &type, &length, &data, NULL, NULL) != napi_ok ||
      (type != napi_float32_array && type != napi_int32_array)) {
    return bad(env, "values: neither a Float32Array nor an Int32Array");
  }
  uint64_t offset, all = plan_arena_length(held->plan);
  if (!whole(env, given[1], (double)all, &offset) || length > all - offset) {
    return refuse(env, "ERR_OUT_OF_RANGE", "these values do not lie in the plan's arena");
  }
  float *place = plan_arena(held->plan) + offset;
  if (length > 0 && into_arena) memcpy(place, data, length * sizeof *place);
  else if (length > 0) memcpy(data, place, length * sizeof *place);
  return NULL;
}

static napi_value write_values(napi_env env, napi_callback_info info) { return copy(env, info, true); }
static napi_value read_values(napi_env env, napi_callback_info info) { return copy(env, info, false); }

static void execute(napi_env env, void *data) {
  (void)env;
  plan_run(((Held *)data)->plan);
}

static void complete(napi_env env, napi_status status, void *data) {
  Held *held = data;
  napi_value value = NULL, text;
  held->running = false;
  if (status == napi_ok && napi_get_undefined(env, &value) == napi_ok) {
    napi_resolve_deferred(env, held->promise, value);
  } else if (napi_create_string_utf8(env, "the run was cancelled", NAPI_AUTO_LENGTH, &text) == napi_ok &&
             napi_create_error(env, NULL, text, &value) == napi_ok) {
    napi_reject_deferred(env, held->promise, value);
  }
  napi_delete_async_work(env, held->work);
  let_go(held);
}

/* run(handle): Promise<void> */
static napi_value run(napi_env env, napi_callback_info info) {
  napi_value handle, promise, name, error;
  if (!arguments(env, info, 1, &handle)) return NULL;
  napi_deferred deferred;
  if (napi_create_promise(env, &deferred, &promise) != napi_ok) return refuse(env, "ERR_INTERNAL", "no promise");
  Held *held = idle_plan(env, handle);
  if (held == NULL) {
    napi_get_and_clear_last_exception(env, &error);
    napi_reject_deferred(env, deferred, error);
    return promise;
  }
  held->promise = deferred;
  if (napi_create_string_utf8(env, "pretext-native", NAPI_AUTO_LENGTH, &name) != napi_ok ||
      napi_create_async_work(env, NULL, name, execute, complete, held, &held->work) != napi_ok) {
    return refuse(env, "ERR_INTERNAL", "no run could be made");
  }
  held->running = true;
  atomic_fetch_add(&held->holders, 1);
  if (napi_queue_async_work(env, held->work) == napi_ok) return promise;
  held->running = false;
  napi_delete_async_work(env, held->work);
  let_go(held);
  return refuse(env, "ERR_INTERNAL", "no run could be begun");
}

/* profile(handle, on: boolean): Float64Array, nanoseconds of each call since it was switched on */
static napi_value profile(napi_env env, napi_callback_info info) {
  napi_value given[2], buffer, result = NULL;
  if (!arguments(env, info, 2, given)) return NULL;
  Held *held = idle_plan(env, given[0]);
  if (held == NULL) return NULL;
  bool on;
  if (napi_get_value_bool(env, given[1], &on) != napi_ok) return bad(env, "on: neither true nor false");
  size_t calls = (size_t)plan_calls(held->plan);
  void *data;
  if (napi_create_arraybuffer(env, calls * sizeof(double), &data, &buffer) != napi_ok ||
      napi_create_typedarray(env, napi_float64_array, calls, buffer, 0, &result) != napi_ok) {
    return refuse(env, "ENOMEM", "failed to allocate a profile");
  }
  bool was_on = plan_is_profiled(held->plan);
  for (size_t i = 0; i < calls; i++) ((double *)data)[i] = was_on ? (double)plan_spent(held->plan, (int)i) : 0;
  if (on != was_on) plan_profile(held->plan, on);
  return result;
}

/* release(handle): gives back all memory; again does nothing. */
static napi_value release(napi_env env, napi_callback_info info) {
  napi_value handle;
  if (!arguments(env, info, 1, &handle)) return NULL;
  Held *held = held_by(env, handle);
  if (held == NULL) return NULL;
  if (held->running) return refuse(env, "ERR_INVALID_STATE", "this plan is running");
  plan_free(held->plan);
  held->plan = NULL;
  return NULL;
}

/* scratchBytes(handle): number */
static napi_value scratch_bytes(napi_env env, napi_callback_info info) {
  napi_value handle, result = NULL;
  if (!arguments(env, info, 1, &handle)) return NULL;
  Held *held = idle_plan(env, handle);
  if (held != NULL) napi_create_double(env, (double)plan_scratch_bytes(held->plan), &result);
  return result;
}

NAPI_MODULE_INIT() {
  const struct {
    const char *name;
    napi_callback call;
  } functions[] = {
      {"instructionSet", instruction_set},
      {"compile", compile},
      {"write", write_values},
      {"read", read_values},
      {"run", run},
      {"profile", profile},
      {"release", release},
      {"scratchBytes", scratch_bytes},
  };
  for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
    napi_value function;
    if (napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].call, NULL, &function) != napi_ok ||
        napi_set_named_property(env, exports, functions[i].name, function) != napi_ok) {
      return NULL;
    }
  }
  return exports;
}
