/* What sinter uses of LLVM, in a module of its own that is loaded by who asks for it: the library takes some 35 MB and 15 ms, which a compilation to C need not pay. */
#include <llvm-c/Core.h>

void sinter_llvm_version(unsigned *major, unsigned *minor, unsigned *patch); /* the only declaration that is needed: it is looked up by name */
void sinter_llvm_version(unsigned *major, unsigned *minor, unsigned *patch) { LLVMGetVersion(major, minor, patch); }
