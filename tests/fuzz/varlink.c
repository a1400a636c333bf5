/* Calls at the control socket: any bytes are a call or are not, and nothing is left behind. */
#include "daemon/varlink.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct varlink_call call;

	if (!varlink_read(&call, (const char *)bytes, size))
		return 0;
	EXPECT(call.method != NULL);
	EXPECT(call.parameters == NULL || json_is_object(call.parameters));
	varlink_forget(&call);
	return 0;
}
