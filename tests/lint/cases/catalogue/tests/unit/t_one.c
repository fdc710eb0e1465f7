void test_one(void);
